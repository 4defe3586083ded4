"""Footprints of garments by a published method, as a signal for ranking; docs/footprint.md."""
