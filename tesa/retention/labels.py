"""Words of the pages of retention."""

from __future__ import annotations

from flask_babel import gettext as _

from tesa.retention.rules.keeping import HoldReason, Thing


def thing_label(thing: Thing) -> str:
    """What a rule is about."""
    return {
        Thing.CONTACT: _("nomor dan isi kontak"),
        Thing.PERSON: _("nama, nomor, dan rencana kontak aman orang"),
        Thing.NOTE: _("catatan kasus"),
        Thing.DISPATCH: _("tempat dan keterangan penjangkauan"),
        Thing.ODDITY: _("permintaan berbentuk aneh"),
        Thing.FLAG: _("nomor yang pernah ditandai"),
    }[thing]


def clock_label(clock: str) -> str:
    """What the days are counted from."""
    return {
        "contact_and_case_ended": _("kontak selesai dicatat dan kasusnya ditutup"),
        "last_case_closed": _("kasus terakhir orang itu ditutup"),
        "case_closed": _("kasus ditutup"),
        "dispatch_and_case_ended": _("penjangkauan dan kasusnya ditutup"),
        "flag_ended": _("penanda nomor berakhir"),
        "came_in": _("masuknya permintaan"),
    }[clock]


def reason_label(reason: str) -> str:
    """Where a rule comes from."""
    return {
        "pdp_43_44": _("UU 27/2022 Pasal 43 dan 44 mewajibkan penghapusan; lamanya dipilih TeSA"),
    }[reason]


def hold_label(reason: str) -> str:
    """Why a case is held."""
    return {
        HoldReason.COURT: _("perkara di pengadilan"),
        HoldReason.POLICE: _("penyidikan polisi"),
        HoldReason.COMPLAINT: _("pengaduan tentang layanan"),
        HoldReason.REVIEW: _("pemeriksaan dari luar"),
        HoldReason.CLIENT: _("permintaan klien"),
    }[HoldReason(reason)]
