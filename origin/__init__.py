"""The origin: imports, builds, publishes and keeps what the edge asks for."""
