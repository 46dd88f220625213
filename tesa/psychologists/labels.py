"""The words of rota and duty."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from tesa.accounts.public import Role
from tesa.psychologists.rules.presence import OffReason, PauseReason, State
from tesa.psychologists.rules.rota import Flaw, Line
from tesa.psychologists.rules.rota_file import Complaint, FileFlaw
from tesa.web.filters import local_moment


def line_label(line: str) -> str:
    """The name of a line."""
    return {Line.HOTLINE: _("Telepon"), Line.OUTREACH: _("Penjangkauan")}[Line(line)]


def tier_label(line: str, tier: int) -> str:
    """What a tier is called on its line."""
    if line == Line.OUTREACH:
        return {1: _("Penjangkau pertama"), 2: _("Penjangkau cadangan"), 3: _("Penjangkau terakhir")}[tier]
    return {1: _("Baris pertama"), 2: _("Cadangan"), 3: _("Koordinator")}[tier]


def role_label(role: Role) -> str:
    """The name of a role on the rota."""
    return {
        Role.PSYCHOLOGIST: _("psikolog"),
        Role.COORDINATOR: _("koordinator"),
        Role.OUTREACH: _("petugas penjangkauan"),
        Role.ADMINISTRATOR: _("administrator"),
    }[role]


def state_label(state: str) -> str:
    """What a person on duty is doing."""
    return {
        State.FREE: _("Siap menerima"),
        State.RINGING: _("Sedang berdering"),
        State.TALKING: _("Sedang bicara"),
        State.WRAPUP: _("Menulis catatan"),
        State.PAUSED: _("Jeda"),
        State.OFF: _("Sudah selesai"),
    }[State(state)]


def pause_label(reason: str | None) -> str:
    """Why she pauses."""
    return {
        PauseReason.REST: _("istirahat"),
        PauseReason.DEBRIEF: _("menenangkan diri setelah percakapan berat"),
        PauseReason.TECHNICAL: _("gangguan teknis"),
        PauseReason.MISSED_OFFERS: _("dering tidak terjawab"),
        PauseReason.OTHER: _("lainnya"),
    }[PauseReason(reason or PauseReason.OTHER)]


def off_label(reason: str | None) -> str:
    """Why a coordinator ended her duty."""
    return {
        OffReason.UNREACHABLE: _("tidak terjangkau"),
        OffReason.UNWELL: _("sakit"),
        OffReason.REPLACED: _("digantikan"),
        OffReason.OTHER: _("lainnya"),
    }[OffReason(reason or OffReason.OTHER)]


def off_reasons() -> list[str]:
    """Why a coordinator may end somebody's duty."""
    return [reason.value for reason in OffReason]


def short_date(day: date) -> str:
    """A day in the head of a column, such as Sel, 24 Nov."""
    return str(format_date(day, "EEE, d MMM"))


def hours(number: float) -> str:
    """A number of hours."""
    return _("%(jumlah)s jam", jumlah=format_decimal(number))


def double_duty(starts_at: datetime, ends_at: datetime) -> str:
    """She has another duty then."""
    return _(
        "Orang ini sudah bertugas %(mulai)s sampai %(selesai)s. Tidak ada yang bertugas dua kali pada waktu yang sama.",
        mulai=local_moment(starts_at), selesai=local_moment(ends_at),
    )  # fmt: skip


def flaw_sentence(flaw: Flaw | FileFlaw, value: str = "") -> str:
    """Why an assignment, a row or a file is refused. `value` is the cell at fault, or the other line's number."""
    return {
        Flaw.NO_ZONE: _("Waktu tanpa zona. Tuliskan selisihnya, misalnya 2026-11-24T08:00+07:00."),
        Flaw.OUT_OF_RANGE: _("Tahunnya di luar 2000–2099."),
        Flaw.REVERSED: _("Selesai harus sesudah mulai."),
        Flaw.TOO_LONG: _("Satu giliran paling lama 48 jam."),
        Flaw.UNKNOWN_TIER: _("Tingkat harus 1, 2, atau 3."),
        Flaw.UNKNOWN_LINE: _("Jalur harus hotline atau outreach."),
        Flaw.NOT_PSYCHOLOGIST: _("Tingkat 1 dan 2 pada jalur telepon hanya untuk psikolog."),
        Flaw.NOT_COORDINATOR: _("Tingkat 3 pada jalur telepon hanya untuk koordinator."),
        Flaw.NOT_OUTREACH: _("Jalur penjangkauan hanya untuk petugas penjangkauan."),
        FileFlaw.NOT_TEXT: _("Berkas ini bukan teks UTF-8. Simpan sebagai CSV UTF-8."),
        FileFlaw.NO_HEADER: _("Baris pertama harus berisi nama kolom: %(kolom)s (line boleh tidak ada).", kolom=value),
        FileFlaw.TOO_MANY_ROWS: _("Lebih dari %(banyak)s baris. Bagi menjadi beberapa berkas.", banyak=value),
        FileFlaw.BROKEN_ROW: _("Banyaknya kolom tidak cocok dengan baris pertama (%(banyak)s).", banyak=value),
        FileFlaw.UNREADABLE_TIME: _("Waktu “%(isi)s” tidak terbaca. Contoh: 2026-11-24T08:00+07:00.", isi=value),
        FileFlaw.UNKNOWN_PERSON: _("“%(isi)s” bukan orang yang aktif di jadwal.", isi=value),
        FileFlaw.OVERLAPS_LINE: _("Bertumpang tindih dengan baris %(baris)s: orang yang sama pada waktu yang sama.", baris=value),
        FileFlaw.OVERLAPS_ROTA: _("Orang ini sudah bertugas pada waktu itu (%(kapan)s).", kapan=value),
    }[flaw]  # fmt: skip


def complaint_sentence(complaint: Complaint) -> str:
    """What is wrong, with its line."""
    return _(
        "Baris %(nomor)s: %(kalimat)s", nomor=complaint.number, kalimat=flaw_sentence(complaint.flaw, complaint.value)
    )
