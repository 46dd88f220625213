"""Backups: one sealed file that holds every row, on SQLite and PostgreSQL alike, and what to mind when it is put back.

- rows.py      rows as lines of text, the same for both databases
- archive.py   the sealed file: manifest, rows, end; making it and looking through it
- restore.py   putting it back, replaying tombstones, and saying so in the audit trail
"""
