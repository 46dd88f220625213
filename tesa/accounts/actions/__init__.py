"""Acts on accounts: one file, one act."""
