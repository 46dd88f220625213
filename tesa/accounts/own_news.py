"""What somebody is told about her own account, so that she notices when it was not she who did it."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import url_for
from flask_babel import lazy_gettext as _l

from tesa.accounts.notices import register_notice, tell

NEW_DEVICE, RECOVERY_CODE, CLONED, FACTORS = "own.new_device", "own.recovery_code", "own.cloned", "own.factors"


def _profile(_object_id: uuid.UUID | None) -> str:
    return url_for("accounts.profile")


register_notice(
    NEW_DEVICE,
    _l(
        "Akun Anda masuk dari perangkat yang belum dikenal. Bila bukan Anda: keluarkan perangkat itu dan ganti kata sandi."
    ),
    _profile,
)
register_notice(RECOVERY_CODE, _l("Satu kode pemulihan Anda sudah dipakai. Bila bukan Anda: buat kode baru."), _profile)
register_notice(
    CLONED,
    _l("Kunci sandi Anda tampaknya digandakan dan ditolak. Hapus kunci itu dan hubungi administrator."),
    _profile,
)
register_notice(FACTORS, _l("Faktor kedua akun Anda diubah: kunci sandi atau kode pemulihan."), _profile)


def tell_owner(account_id: uuid.UUID, kind: str, now: datetime) -> None:
    """Tell the owner of an account, inside the present transaction."""
    tell([account_id], kind, None, now)
