"""The session model: what a shopper may look at next, from the products looked at in this session."""
