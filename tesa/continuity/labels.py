"""Words of the pages of continuity."""

from __future__ import annotations

from flask_babel import gettext as _

from tesa.continuity.rules.self_call import Alarm, Outcome, Step


def step_label(step: str) -> str:
    """A step of a test."""
    return {
        Step.PLACED: _("Twilio menerima panggilan uji"),
        Step.RECEIVED: _("nomor hotline sampai ke TeSA"),
        Step.QUEUED: _("penelepon uji menunggu dan mendengar kita"),
        Step.RUNG: _("telepon penjawab berdering"),
        Step.ACCEPTED: _("tombol 1 diterima"),
        Step.MET: _("keduanya bertemu di ruang bicara"),
    }[Step(step)]


def outcome_label(outcome: str) -> str:
    """How a test stands."""
    return {
        Outcome.RUNNING: _("sedang berjalan"),
        Outcome.SUCCEEDED: _("berhasil"),
        Outcome.FAILED: _("gagal"),
    }[Outcome(outcome)]


def cause_label(cause: str) -> str:
    """Why a test was made."""
    return {"daily": _("harian"), "page": _("dari halaman ini"), "command": _("dari baris perintah")}[cause]


def place_label(place: str) -> str:
    """Where the document is exported to."""
    return {"directory": _("folder"), "bucket": _("bucket S3")}[place]


def alarm_label(alarm: Alarm) -> str:
    """The red banner."""
    return {
        Alarm.FAILED: _("Uji hotline terakhir gagal: penelepon mungkin tidak terhubung."),
        Alarm.OLD: _("Hotline belum berhasil diuji selama lebih dari 26 jam."),
    }[alarm]
