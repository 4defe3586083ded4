"""Who calls the origin, and what they may do."""
