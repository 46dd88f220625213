"""Outreach: the emergency dispatch queue, from "somebody must go there" to "somebody was there".

Words: a *dispatch* is one request that somebody goes to a person; an *offer* puts it to one outreach worker or
coordinator for a limited time, by phone and by text; whoever *accepts* first has it. The *ladder* says who is asked
when; it never ends in silence. Place, what is known and safety notes are sealed.

This slice does not know calls or conversations: it is told an id of the contact, and shows its progress at a URL.
"""
