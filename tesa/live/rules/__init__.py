"""Pure rules of the live page."""
