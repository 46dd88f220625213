"""Pages of accounts: sign-in, enrolment, profile, staff."""

from tesa.accounts.views import enrolment, profile, sign_in, staff, trail
from tesa.accounts.views.room import blueprint

__all__ = ["blueprint", "enrolment", "profile", "sign_in", "staff", "trail"]
