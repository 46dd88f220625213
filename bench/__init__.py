"""Measures TeSA on this machine: `make bench`. Everything listens and sends on 127.0.0.1, bounded in count and time."""
