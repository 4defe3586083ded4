"""Alembic's environment; the steps of the data's schema are in `versions`, a linear chain."""
