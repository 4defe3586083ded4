"""Measurements of the origin: its routes beside a plain handler, and how fast events become durable."""
