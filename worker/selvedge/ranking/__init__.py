"""The order: exact integer scores over all matches, and why each product is where it is."""
