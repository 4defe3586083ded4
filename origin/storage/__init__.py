"""Storage: the origin's databases, on SQLite without set-up or on PostgreSQL by URL."""
