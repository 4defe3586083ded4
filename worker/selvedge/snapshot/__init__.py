"""Snapshots: the byte format, the index over one version, and the store that keeps one loaded."""
