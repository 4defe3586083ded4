"""Evaluation: the session model that the Worker runs against published baselines, by their protocol."""
