"""Pages of intake: *Giliran saya*, *Kotak* and the contact. Thin: permission, form, transaction, act, page."""

from tesa.intake.views import contact, home, promises, words
from tesa.intake.views.blueprint import blueprint

__all__ = ["blueprint", "contact", "home", "promises", "words"]
