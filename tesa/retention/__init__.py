"""Retention: how long what was sealed is kept, what may not be destroyed meanwhile, and backups, which must not bring back
what was.

A *rule* says how many days after its end a *thing* (contact, person, note, dispatch, odd request) is destroyed. A *hold*
keeps all that belongs to a case. *Shredding* destroys keys; rows with times, codes and ids stay for statistics. This
slice decides and orders; each slice below shreds its own.
"""
