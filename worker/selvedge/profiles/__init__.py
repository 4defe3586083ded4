"""Profiles: where they are looked for, in which order, and what happens where nobody answers."""
