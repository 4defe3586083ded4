"""From a catalogue to the parts of a snapshot."""
