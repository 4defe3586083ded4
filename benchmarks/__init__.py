"""Measures the Worker in the real runtime, beside a hello Worker and hand-written JavaScript; see docs/performance.md."""
