"""Hypothesis profiles: nothing is timed, and the gate (`.ci/run`) draws the same examples every time."""

import os

from hypothesis import HealthCheck, settings

_slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("default", deadline=None, max_examples=60, suppress_health_check=_slow)
settings.register_profile(
    "ci", deadline=None, max_examples=60, derandomize=True, suppress_health_check=_slow, print_blob=True
)
settings.register_profile("thorough", deadline=None, max_examples=2000, suppress_health_check=_slow)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "default")
