"""Encryption at rest: a data key for each shopper, wrapped by rotating master keys, in a store of its own."""
