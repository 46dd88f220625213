"""Pages of intake: *Giliran saya*, *Kotak* and the contact. Thin: permission, form, transaction, act, page."""

from tesa.intake import notice_kinds
from tesa.intake.views import (
    contact,
    exclusions,
    files,
    flags,
    home,
    promises,
    recording,
    silent,
    softphone,
    sounds,
    talk,
    third_parties,
    words,
)
from tesa.intake.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "contact",
    "exclusions",
    "files",
    "flags",
    "home",
    "notice_kinds",
    "promises",
    "recording",
    "silent",
    "softphone",
    "sounds",
    "talk",
    "third_parties",
    "words",
]
