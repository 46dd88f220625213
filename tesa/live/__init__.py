"""The line as it is now, for coordinators: who does what, who waits, how fast was answered; and who would ring, and why.

It only looks. It shows no caller's number or name, and writes nothing but that somebody asked who would ring.
"""
