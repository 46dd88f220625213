"""The acts of this slice: one file, one act. Nothing else writes assignments or presence."""
