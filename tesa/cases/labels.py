"""The words on the screen for the codes of cases."""

from __future__ import annotations

from flask_babel import gettext as _

from tesa.cases.rules.exclusions import ExclusionReason
from tesa.cases.rules.lifecycle import CaseStatus, ClosureReason
from tesa.cases.rules.risk import Risk
from tesa.cases.rules.safe_contact import Answer


def risk_label(risk: str) -> str:
    """A level of risk."""
    return {
        Risk.LOW: _("Rendah"), Risk.MEDIUM: _("Sedang"), Risk.HIGH: _("Tinggi"), Risk.EMERGENCY: _("Darurat"),
    }[Risk(risk)]  # fmt: skip


def status_label(status: str) -> str:
    """Where a case stands."""
    return {
        CaseStatus.INTAKE: _("Baru diterima"),
        CaseStatus.SCREENED: _("Risiko dinilai"),
        CaseStatus.OPEN: _("Asesmen"),
        CaseStatus.PLANNED: _("Rencana disusun"),
        CaseStatus.ACTIVE: _("Berjalan"),
        CaseStatus.MONITORING: _("Pemantauan"),
        CaseStatus.CLOSURE_REQUESTED: _("Minta penutupan"),
        CaseStatus.CLOSED: _("Ditutup"),
        CaseStatus.REOPENED: _("Dibuka kembali"),
    }[CaseStatus(status)]


def status_tone(status: str) -> str:
    """The tone of a status: what still needs a first judgement asks for it."""
    if status in (CaseStatus.INTAKE, CaseStatus.REOPENED):
        return "act"
    return "done" if status == CaseStatus.CLOSED else "on"


def reason_label(reason: str) -> str:
    """Why a case was closed."""
    return {
        ClosureReason.GOALS_MET: _("Tujuan tercapai"),
        ClosureReason.CLIENTS_REQUEST: _("Atas permintaan klien"),
        ClosureReason.MOVED: _("Pindah atau dialihkan"),
        ClosureReason.LOST_CONTACT: _("Kontak terputus"),
        ClosureReason.DIED: _("Meninggal"),
        ClosureReason.DUPLICATE: _("Ganda dengan kasus lain"),
        ClosureReason.REFERRED: _("Dirujuk dan diterima"),
        ClosureReason.NOT_IN_MANDATE: _("Di luar kewenangan"),
        ClosureReason.INFORMATION_ONLY: _("Hanya informasi"),
        ClosureReason.DECLINED: _("Klien tidak bersedia"),
    }[ClosureReason(reason)]


def answer_label(answer: str) -> str:
    """What she said about being reached."""
    return {Answer.YES: _("Aman"), Answer.NO: _("Tidak aman"), Answer.UNKNOWN: _("Belum ditanyakan")}[Answer(answer)]


def gender_label(gender: str | None) -> str:
    """Gender; empty when nobody said."""
    return {"P": _("Perempuan"), "L": _("Laki-laki")}.get(gender or "", "")


def kind_label(kind: str) -> str:
    """What a note is about."""
    return {"note": _("Catatan kasus"), "risk": _("Alasan penilaian risiko"), "closure": _("Alasan penutupan")}[kind]


def exclusion_label(reason: str) -> str:
    """Why somebody is never offered a person."""
    words: dict[str, str] = {
        ExclusionReason.WISH: _("permintaan klien"),
        ExclusionReason.CONFLICT: _("benturan kepentingan"),
        ExclusionReason.OWN_WISH: _("permintaan petugas itu sendiri"),
    }
    return words.get(reason) or str(_("terbawa dari kasus atau kontak sebelumnya"))


def exclusion_reasons() -> list[tuple[str, str]]:
    """The reasons to choose from."""
    return [(reason.value, exclusion_label(reason)) for reason in ExclusionReason]


def event_label(code: str) -> str:
    """What happened to a case."""
    return {
        "opened": _("Kasus dibuka"),
        "reopened": _("Kasus dibuka kembali"),
        "contact": _("Kontak masuk ke kasus ini"),
        "risk_raised": _("Risiko dinaikkan"),
        "risk_lowered": _("Risiko diturunkan"),
        "risk_kept": _("Risiko dinilai ulang"),
        "assigned": _("Kasus dipegang oleh"),
        "access_lent": _("Akses sementara untuk"),
        "excluded": _("Tidak ditawarkan lagi kepada"),
        "allowed_again": _("Boleh ditawarkan lagi kepada"),
        "note": _("Catatan ditulis"),
        "note_edited": _("Catatan diubah"),
        "safe_contact": _("Rencana kontak aman ditanyakan"),
        "person": _("Keterangan orang diperbarui"),
        "closed": _("Kasus ditutup"),
        "shredded": _("Isi kasus dihapus"),
        "glass_broken": _("Dibuka dengan pecah kaca"),
        "exported": _("Seluruh isi kasus diunduh"),
    }[code]


EVENT_LOOK = {
    "opened": ("folder", "on"),
    "reopened": ("folder", "on"),
    "contact": ("headset", ""),
    "risk_raised": ("alert-triangle", "now"),
    "risk_lowered": ("flag", ""),
    "risk_kept": ("flag", ""),
    "assigned": ("user-check", ""),
    "access_lent": ("user", ""),
    "excluded": ("eye-off", ""),
    "allowed_again": ("eye", ""),
    "note": ("notes", "note"),
    "note_edited": ("pencil", "note"),
    "safe_contact": ("shield-lock", ""),
    "person": ("user", ""),
    "closed": ("check", ""),
    "shredded": ("shield-lock", ""),
    "glass_broken": ("eye", "now"),
    "exported": ("download", "now"),
}
"""Icon and tone of an event on the timeline."""


def verdict_label(verdict: str) -> str:
    """What a reviewer of a broken glass found."""
    return {"justified": _("beralasan"), "unjustified": _("tidak beralasan")}[verdict]


def opened_label(act: str) -> str:
    """What was opened while the glass was broken."""
    return {
        "case.read": _("halaman kasus"),
        "note.read": _("catatan"),
        "number.reveal": _("nomor telepon"),
        "contact.read": _("kontak"),
    }[act]


def reading_label(act: str) -> str:
    """What somebody opened."""
    return {
        "case.read": _("membuka kasus"),
        "note.read": _("membaca catatan"),
        "draft.read": _("membuka drafnya sendiri"),
    }[act]
