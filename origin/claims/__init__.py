"""What may not be said to shoppers, and who says it."""
