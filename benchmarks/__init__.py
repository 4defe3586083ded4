"""Measures the Worker in workerd, beside hello Workers and hand-written JavaScript: docs/performance.md."""
