"""Floor 1: the shell of every page.

Answers for: base templates and macros, static files, error pages, security headers, language and theme, translations
of dates and times, and for the choice between a whole page and one block of it. Knows nothing of hotlines, and asks
the database nothing.
"""
