"""The person's rights at the origin: to see everything that is held, to object, and to be erased."""
