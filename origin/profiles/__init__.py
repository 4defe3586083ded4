"""Profiles: what persons declared and allowed, what was derived for them, and what models say."""
