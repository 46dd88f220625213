"""The words of the live page."""

from __future__ import annotations

from flask_babel import format_percent
from flask_babel import gettext as _

from tesa.live.rules.figures import Level

SHAPES = {"free": "●", "ringing": "◉", "talking": "■", "wrapup": "✎", "paused": "‖", "off": "○"}
"""Beside colour and word, so that a state is told apart without colour."""
STATE_TONES = {"free": "on", "ringing": "act", "talking": "on", "wrapup": "act", "paused": "done", "off": "done"}


def tiers_label(tiers: tuple[int, ...]) -> str:
    """Whom a rung of the ladder rings."""
    words = {1: _("baris pertama"), 2: _("cadangan"), 3: _("koordinator")}
    return ", ".join(words[tier] for tier in tiers)


def share(level: Level) -> str | None:
    """A level of service as a percentage; None when no call counts."""
    return None if level.share is None else str(format_percent(level.share))


def seconds(number: float | None) -> str | None:
    """A time in seconds; None when there is none."""
    return None if number is None else _("%(detik)s detik", detik=round(number))


def reason_label(code: str) -> str:
    """Why somebody is rung at this place of the order."""
    word, _bar, number = code.rpartition("_")
    if word in ("talked", "missed") and number.isdigit():
        return {
            "talked": _("bicara %(menit)s menit dalam dua jam terakhir", menit=number),
            "missed": _("%(kali)s dering tidak terjawab dalam 15 menit terakhir", kali=number),
        }[word]
    return {
        "tier_1": _("baris pertama"),
        "tier_2": _("cadangan"),
        "incoming": _("gilirannya segera mulai"),
        "leaving": _("gilirannya hampir selesai"),
        "woman": _("perempuan, seperti diminta"),
        "no_woman": _("bukan perempuan"),
        "knows_her": _("mengenal penelepon"),
        "language": _("berbahasa seperti diminta"),
        "no_language": _("tidak berbahasa seperti diminta"),
        "coordinator": _("koordinator"),
        "coordinator_number": _("nomor koordinator terakhir"),
    }.get(code, code)


def left_out_label(why: str) -> str:
    """Why somebody on duty is not rung."""
    return {
        "inactive": _("akunnya tidak aktif"),
        "no_phone": _("tidak punya nomor telepon di TeSA"),
        "excluded": _("dikecualikan dari penelepon ini"),
        "ringing": _("sedang berdering untuk yang lain"),
        "talking": _("sedang bicara"),
        "wrapup": _("sedang menulis catatan"),
        "paused": _("sedang jeda"),
        "off": _("sudah selesai bertugas"),
    }.get(why, why)
