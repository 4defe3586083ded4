"""What can be seen of the origin from outside: measurements, logs, readiness. Nothing of it is personal."""
