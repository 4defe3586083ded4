"""What shoppers did: events, their batches, and how these are handed on."""
