"""The acts of this slice: one file, one act."""
