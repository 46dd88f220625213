"""The words on the screen for the codes of outreach."""

from __future__ import annotations

from flask_babel import gettext as _

from tesa.outreach.rules.offers import Outcome
from tesa.outreach.rules.priorities import Priority


def state_label(state: str) -> str:
    """A state of a dispatch."""
    return {
        "requested": _("Diminta"),
        "acknowledged": _("Diterima petugas"),
        "en_route": _("Menuju lokasi"),
        "on_scene": _("Di lokasi"),
        "cleared": _("Selesai di lapangan"),
        "closed": _("Ditutup"),
        "stood_down": _("Dibatalkan"),
        "unfounded": _("Tidak terbukti"),
    }[state]


def move_label(state: str) -> str:
    """The button that moves a dispatch into `state`."""
    return {
        "en_route": _("Berangkat"),
        "on_scene": _("Tiba di lokasi"),
        "cleared": _("Selesai di lapangan"),
        "unfounded": _("Tidak ada apa-apa"),
        "closed": _("Tutup penjangkauan"),
        "stood_down": _("Batalkan penjangkauan"),
    }[state]


def move_question(state: str) -> str:
    """What is asked once more before a dispatch ends without its purpose."""
    return {
        "stood_down": _("Tim tidak perlu datang lagi? Semua yang sedang dihubungi akan diberi tahu."),
        "unfounded": _("Anda sudah di lokasi dan tidak menemukan siapa pun yang perlu ditolong?"),
    }[state]


def column_label(state: str) -> str:
    """The head of a column of the board, named by its first state."""
    return {"closed": _("Berakhir (24 jam)")}.get(state) or state_label(state)


def priority_label(priority: str) -> str:
    """A priority in one or two words; the code stands beside it."""
    return {
        Priority.P1: _("Darurat"),
        Priority.P2: _("Tinggi"),
        Priority.P3: _("Sedang"),
        Priority.P4: _("Rendah"),
    }[Priority(priority)]


def priority_meaning(priority: str) -> str:
    """When to choose a priority."""
    return {
        Priority.P1: _(
            "Serangan sedang terjadi, senjata, cekikan, tindakan bunuh diri, atau anak sendirian dalam bahaya."
        ),
        Priority.P2: _("Bahaya berat mungkin terjadi dalam 24 jam."),
        Priority.P3: _("Perlu didatangi hari ini, tanpa bahaya mendesak."),
        Priority.P4: _("Kunjungan terencana dalam tiga hari kerja."),
    }[Priority(priority)]


def source_label(source: str) -> str:
    """Who raised a dispatch."""
    return {
        "caller_key": _("Tombol darurat penelepon"),
        "caller_words": _("Kata darurat dalam pesan"),
        "psychologist": _("Psikolog"),
        "coordinator": _("Koordinator"),
    }[source]


def kind_label(kind: str) -> str:
    """As what somebody was asked."""
    return {"worker": _("petugas"), "coordinator": _("koordinator")}[kind]


def outcome_label(outcome: str | None, leg_end: str | None) -> str:
    """How an offer ended, or how its telephone call went while it is open."""
    if outcome is not None:
        return {
            Outcome.ACCEPTED: _("menerima"),
            Outcome.DECLINED: _("tidak bisa"),
            Outcome.MISSED: _("tidak menjawab"),
            Outcome.SUPERSEDED: _("tidak diperlukan lagi"),
        }[Outcome(outcome)]
    return {
        None: _("sedang dihubungi"),
        "completed": _("telepon selesai, belum menjawab"),
        "busy": _("telepon sibuk, belum menjawab"),
        "failed": _("telepon gagal, belum menjawab"),
        "canceled": _("telepon dihentikan, belum menjawab"),
        "no-answer": _("telepon tidak diangkat, belum menjawab"),
    }[leg_end]


def event_label(code: str, detail: str | None, to_state: str | None) -> str:
    """One line of the history."""
    if to_state is not None:
        return state_label(to_state)
    if code == "offered":
        return _("Ditawarkan kepada %(kind)s", kind=kind_label(detail or "worker"))
    if code == "raised":
        return _("Prioritas dinaikkan menjadi %(priority)s", priority=detail)
    return {
        "requested": _("Diminta"),
        "raised_again": _("Diminta lagi"),
        "amended": _("Keterangan diubah"),
        "shredded": _("Keterangan dihapus"),
        "declined": _("Tidak bisa"),
        "missed": _("Tidak menjawab"),
        "superseded": _("Tawaran ditarik"),
        "rang_out": _("Telepon tanpa jawaban"),
        "ring_failed": _("Telepon tidak dapat disambungkan"),
        "text_failed": _("Pesan tidak sampai"),
        "nobody_to_ask": _("Tidak ada koordinator yang dapat dihubungi"),
    }[code]


def no_such_step() -> str:
    """The answer to a step that does not exist."""
    return _("Langkah itu tidak ada.")
