"""From a catalogue to the parts of a snapshot."""

from origin.building.build import Labels, PlainLabels, build
from origin.building.built import BuiltSnapshot
from origin.building.delta import build_delta, unknown_to

__all__ = ["BuiltSnapshot", "Labels", "PlainLabels", "build", "build_delta", "unknown_to"]
