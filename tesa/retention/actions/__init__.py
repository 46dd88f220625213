"""The acts of retention, one file each."""
