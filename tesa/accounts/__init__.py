"""The people who work with TeSA: accounts, sign-in, roles and permissions, and the audit trail of what they did.

Words: an *account* is one member of staff; a *role* says what she may do; an *act* is a named thing that a page does
(`case.close`); the *permission table* says which roles may do which act; an *enrolment* is the one-time link by which
a new member chooses her own password and second factor; the *audit trail* is the chain of what was done and read.

It must not know what a case, a call or a shift is: other slices bring their own acts and ask `public.py` who is who.
"""
