"""Pages of accounts: sign-in, enrolment, profile, staff."""

from tesa.accounts.views import again, enrolment, factors, notices, profile, proposals, sign_in, staff, trail
from tesa.accounts.views.room import blueprint

__all__ = ["again", "blueprint", "enrolment", "factors", "notices", "profile", "proposals", "sign_in", "staff", "trail"]
