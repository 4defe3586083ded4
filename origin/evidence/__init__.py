"""What a catalogue can prove: coverage by fact, certificates over time, contradictions."""
