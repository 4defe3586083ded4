"""Training: sessions become integer counts by day, and counts the session model that the Worker runs."""
