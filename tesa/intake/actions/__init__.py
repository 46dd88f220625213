"""The acts of intake: one file, one act."""
