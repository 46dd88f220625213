"""Psychologists: who is on shift, who is free, who is to be rung first.

Words: an *assignment* (giliran) is what the rota says about one person for one stretch of time; the *line* is the
telephone line (`hotline`) or outreach; the *tier* is 1 first line, 2 back-up, 3 coordinator. *Presence* is what a person
on shift is doing now: free, ringing, talking, wrap-up, paused or off. The rota is enough to be rung: whoever is on shift
and has said nothing else is free.

Must not: know why a phone rings (intake, outreach) or what a call was about (cases). Routing reads assignments only.
"""
