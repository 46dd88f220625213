"""Intake: everything that comes in. Calls, conversations and the contacts they belong to.

Words: a *contact* is what somebody brought to the line once; under it lie a *call* (her leg, the offers to psychologists
and their legs) or *messages*. An *offer* puts one contact to one psychologist for a limited time. The *ladder* says who
is rung when. A *call-back task* is what a caller becomes who could not wait.

Must not: decide who is on shift (psychologists), open sealed notes (cases), or send workers out (outreach hears of
emergencies through `events`).
"""
