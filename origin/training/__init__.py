"""Training: sessions become integer counts by day, and counts become the session model that the Worker runs."""
