"""The person: consent, context and what they allow the ranking to read."""
