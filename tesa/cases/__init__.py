"""The people who turn to the hotline, the case kept for each of them, and the sealed notes.

Words: a *person* is somebody known to the hotline, with the numbers she uses (a number may be shared, so it only
suggests a person); the *safe-contact plan* says whether and how she may be reached; a *case* is the work for one person
over time; its *timeline* says what happened in codes and ids; a *note* is a sealed text with all its revisions; a
*draft* is what somebody is still writing, sealed and kept while she types.

Must not: open a note without an audit entry, show a name or a number to anyone without a relation to the case, or know
how a call or a dispatch works (the case page asks intake and outreach for theirs by URL).
"""
