"""Measures the Worker in workerd, beside hello Workers and hand-written JavaScript; see docs/performance.md."""
