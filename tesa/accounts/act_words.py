"""What pages of the trail share: words for acts, addresses of people, the place in the trail that is asked for."""

from __future__ import annotations

import uuid

from flask import request
from flask_babel import lazy_gettext as _l

from tesa.accounts.audit.reading import Line
from tesa.accounts.public import emails

WORDS = {
    "sign_in": _l("masuk"),
    "sign_in.refused": _l("gagal masuk"),
    "sign_in.password": _l("kata sandi benar, kode belum"),
    "sign_out": _l("keluar"),
    "session.end": _l("mengeluarkan satu perangkat"),
    "session.end_others": _l("mengeluarkan semua perangkat lain"),
    "screen.lock": _l("mengunci layar"),
    "screen.unlock": _l("membuka kunci layar"),
    "screen.unlock.refused": _l("gagal membuka kunci layar"),
    "step_up": _l("menunjukkan faktor kedua lagi"),
    "step_up.refused": _l("gagal menunjukkan faktor kedua"),
    "passkey.add": _l("menambah kunci sandi"),
    "passkey.remove": _l("menghapus kunci sandi"),
    "passkey.refused": _l("kunci sandi ditolak"),
    "passkey.cloned": _l("kunci sandi tampaknya digandakan"),
    "recovery_code.used": _l("memakai kode pemulihan"),
    "recovery_code.renew": _l("membuat kode pemulihan baru"),
    "staff.add": _l("menambah petugas"),
    "staff.change": _l("mengubah petugas"),
    "staff.enrolment": _l("membuat tautan pendaftaran"),
    "staff.secrets": _l("memasang kata sandi dan faktor kedua"),
    "staff.password": _l("mengganti kata sandi"),
    "staff.sign_out": _l("mengeluarkan petugas dari semua perangkat"),
    "key.shredded": _l("memusnahkan kunci"),
    "line.test": _l("menguji hotline"),
    "keys.rotate": _l("mengganti kunci"),
    "keys.retire": _l("memensiunkan kunci"),
    "backup.restored": _l("memulihkan cadangan"),
    "meter.tripped": _l("membaca lebih banyak daripada biasanya"),
    "contact.read": _l("membuka kontak"),
    "contact.accept": _l("menerima panggilan"),
    "contact.decline": _l("menolak panggilan"),
    "contact.take": _l("mengambil percakapan"),
    "contact.reply": _l("membalas pesan"),
    "contact.ask": _l("bertanya kepada penelepon yang tidak dapat bicara"),
    "contact.silent": _l("mencatat bahwa penelepon tidak dapat bicara"),
    "contact.emergency": _l("menyatakan darurat"),
    "contact.finalize": _l("mencatat kontak"),
    "contact.case": _l("menghubungkan kontak dengan kasus"),
    "number.reveal": _l("membuka nomor yang disamarkan"),
    "talk.lead": _l("mengatur percakapan telepon"),
    "talk.end": _l("mengakhiri percakapan telepon"),
    "talk.done": _l("menyatakan percakapan yang terputus selesai"),
    "talk.listen": _l("ikut dalam percakapan telepon"),
    "draft.receive": _l("menerima draf pada pengalihan"),
    "third_party.add": _l("menambah pihak yang dapat dihubungi"),
    "third_party.switch": _l("mengubah pihak yang dapat dihubungi"),
    "call_back.call": _l("menelepon kembali"),
    "call_back.take": _l("menjawab janji menelepon kembali"),
    "contact.unrecord": _l("menghentikan dan memusnahkan rekaman"),
    "contact.words": _l("mendengar pesan suara atau rekaman"),
    "file.heard": _l("menandai suara sudah didengar"),
    "file.fetch": _l("mengambil lagi sebuah suara"),
    "recording.change": _l("menyalakan atau mematikan perekaman"),
    "call_back.close": _l("menutup janji menelepon kembali"),
    "case.open": _l("membuka kasus baru"),
    "case.read": _l("membuka kasus"),
    "case.find": _l("mencari kasus"),
    "case.risk": _l("menilai risiko"),
    "case.assign": _l("menyerahkan kasus"),
    "case.exclude": _l("menentukan kepada siapa kasus tidak ditawarkan"),
    "case.allow_again": _l("mengizinkan lagi kasus ditawarkan kepada seseorang"),
    "contact.exclude": _l("menentukan kepada siapa kontak tidak ditawarkan"),
    "case.access": _l("diberi akses ke kasus"),
    "case.close": _l("menutup kasus"),
    "case.reopen": _l("membuka kembali kasus"),
    "case.export": _l("mengekspor kasus"),
    "case.shred": _l("memusnahkan isi kasus"),
    "person.describe": _l("mencatat siapa dia"),
    "person.safe_contact": _l("mencatat rencana kontak aman"),
    "note.read": _l("membuka catatan"),
    "note.write": _l("menulis catatan"),
    "note.edit": _l("mengubah catatan"),
    "draft.read": _l("membuka draf"),
    "dispatch.request": _l("meminta penjangkauan"),
    "dispatch.read": _l("membuka permintaan penjangkauan"),
    "dispatch.amend": _l("mengubah permintaan penjangkauan"),
    "dispatch.accept": _l("menerima tugas penjangkauan"),
    "dispatch.decline": _l("menolak tugas penjangkauan"),
    "dispatch.move": _l("memajukan tugas penjangkauan"),
    "dispatch.raise": _l("menaikkan prioritas penjangkauan"),
    "duty.on": _l("mulai bertugas"),
    "duty.off": _l("selesai bertugas"),
    "duty.paused": _l("jeda bertugas"),
    "duty.end_other": _l("mengakhiri tugas seseorang"),
    "duty.let_back": _l("mengakhiri jeda atau memasukkan lagi seseorang"),
    "rota.add": _l("menambah jadwal"),
    "rota.change": _l("mengubah jadwal"),
    "rota.remove": _l("menghapus jadwal"),
    "rota.import": _l("mengimpor jadwal"),
    "emergency_word.add": _l("menambah kata darurat"),
    "emergency_word.switch": _l("menyalakan atau mematikan kata darurat"),
    "prompt.record": _l("mengunggah rekaman kalimat"),
    "prompt.delete": _l("menghapus rekaman kalimat"),
    "break_glass": _l("membuka kasus dengan pecah kaca"),
    "break_glass.open": _l("membuka kasus dengan pecah kaca"),
    "break_glass.review": _l("menilai pecah kaca"),
    "flag.set": _l("menandai nomor"),
    "flag.prolong": _l("mengubah akhir penanda nomor"),
    "flag.lift": _l("mencabut penanda nomor"),
    "live.rehearse": _l("menguji siapa yang akan dihubungi untuk sebuah nomor"),
    "hold.set": _l("menahan pemusnahan"),
    "hold.lift": _l("melepas penahanan pemusnahan"),
}
TOLD = ("step", "why", "roles", "threshold", "count", "device", "what", "key", "version", "active")
"""Details that a page of security shows: codes and counts."""


def act_label(act: str) -> str:
    """What was done, as a person says it; the code of an act that nobody has found words for yet."""
    return str(WORDS[act]) if act in WORDS else act


def told(details: dict[str, object]) -> str:
    """The details of a security event that say something: codes and counts, no ids."""
    return " · ".join(f"{name}: {details[name]}" for name in TOLD if details.get(name) not in (None, ""))


def before_asked() -> int | None:
    """From which entry backwards a page is asked for; None for the newest."""
    before = request.args.get("sebelum", type=int)
    return before if before is not None and 0 < before < 2**63 else None


def addresses(lines: list[Line]) -> dict[uuid.UUID, str]:
    """The e-mail addresses of those who acted, and of the accounts that were acted upon."""
    people = {line.actor_id for line in lines} | {line.object_id for line in lines if line.kind == "account"}
    return emails(person for person in people if person is not None)
