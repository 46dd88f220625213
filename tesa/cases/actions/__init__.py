"""The acts of cases, one a file. They add and flush; the edge commits."""
