"""The English of TeSA; see build.py."""
