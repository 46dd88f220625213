"""What coordinators and administrators are told at once."""

from __future__ import annotations

import uuid

from flask import url_for
from flask_babel import lazy_gettext as _l

from tesa.accounts.notices import holders, register_notice
from tesa.accounts.public import Role

TEST_FAILED = "continuity.test_failed"
EXPORT_FAILS = "continuity.export_fails"


def _page(_object_id: uuid.UUID | None) -> str:
    return url_for("continuity.index")


register_notice(TEST_FAILED, _l("Uji hotline gagal. Periksa sekarang: penelepon mungkin tidak terhubung."), _page)
register_notice(EXPORT_FAILS, _l("Dokumen cadangan telepon tidak dapat diperbarui sudah lebih dari 15 menit."), _page)


def told() -> set[uuid.UUID]:
    """Who has to know."""
    return holders(Role.COORDINATOR, Role.ADMINISTRATOR)
