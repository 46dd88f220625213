"""Pages of cases: the list, a case, its notes. Thin: permission, form, transaction, act, page.

Whatever shows a name or a note opens a transaction, because the entry in the audit trail is written before the bytes
leave.
"""

from tesa.cases.views import case, case_list, exclusions, export, glass, notes, trail
from tesa.cases.views.blueprint import blueprint

__all__ = ["blueprint", "case", "case_list", "exclusions", "export", "glass", "notes", "trail"]
