"""Acts of the live page."""
