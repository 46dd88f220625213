"""The table of access in words, for those who have to answer for it: on a page, and in docs/access.md in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from flask import Flask
from flask_babel import Babel, force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tesa.accounts.act_words import WORDS
from tesa.accounts.forms import ROLE_WORDS
from tesa.accounts.rules.policy import POLICY, Klass, Line, Relation
from tesa.accounts.rules.roles import Role

ACTS = {
    "home.read": _l("membuka halaman Giliran saya"),
    "profile.own": _l("mengatur profil, perangkat, dan kata sandinya sendiri"),
    "session.prove": _l("menunjukkan faktor keduanya lagi"),
    "factor.change": _l("mengganti faktor keduanya sendiri"),
    "softphone.use": _l("bertelepon lewat peramban"),
    "contact.queue": _l("membuka kotak"),
    "contact.count": _l("melihat berapa kontak yang belum selesai"),
    "contact.read": _l("tahu bahwa kontak ini ada, keadaannya, dan siapa dihubungi kapan; nomor disamarkan"),
    "contact.words": _l("membaca apa yang dikatakan"),
    "contact.number": _l("melihat nomor tanpa disamarkan"),
    "call_back.call": _l("menelepon kembali lewat TeSA"),
    "talk.lead": _l("menahan, mengalihkan, dan mengajak pihak lain dalam percakapan telepon"),
    "talk.end": _l("mengakhiri percakapan telepon"),
    "talk.done": _l("menyatakan selesai percakapannya yang terputus"),
    "talk.listen": _l("ikut mendengarkan percakapan, berbisik, atau bicara; psikolog diberi tahu"),
    "third_parties.edit": _l("mengatur siapa yang dapat diajak ke dalam percakapan"),
    "case.list": _l("membuka daftar kasus"),
    "case.read": _l("membuka kasus: keadaan, risiko, linimasa; nama dan nomor disamarkan"),
    "case.screen": _l("menilai risiko"),
    "case.lower": _l("menurunkan risiko"),
    "person.read": _l("membaca nama, nomor, dan rencana kontak aman"),
    "note.edit": _l("mengubah catatan yang ia tulis sendiri"),
    "dispatch.board": _l("membuka papan penjangkauan"),
    "dispatch.read": _l("tahu bahwa penjangkauan ini ada dan sampai mana"),
    "dispatch.words": _l("membaca tempat, keterangan, dan keselamatan"),
    "dispatch.trail": _l("melihat siapa diminta dan apa yang terjadi"),
    "dispatch.answer": _l("menjawab ya atau tidak atas tawaran"),
    "dispatch.advance": _l("menyatakan berangkat, tiba, selesai, atau tidak ditemukan"),
    "dispatch.call_off": _l("membatalkan penjangkauan"),
    "dispatch.close": _l("menutup penjangkauan"),
    "dispatch.progress": _l("melihat kemajuan penjangkauan di halaman kontak atau kasus"),
    "rota.read": _l("membaca jadwal semua orang"),
    "rota.write": _l("mengatur jadwal"),
    "rota.own": _l("membaca jadwalnya sendiri"),
    "duty.own": _l("mulai, menjeda, dan mengakhiri tugasnya"),
    "duty.others": _l("mengakhiri tugas atau jeda orang lain"),
    "staff.list": _l("membuka daftar petugas"),
    "staff.write": _l("menambah dan mengubah petugas"),
    "permissions.list": _l("membaca tabel ini"),
    "trail.own": _l("membaca jejak perbuatannya sendiri"),
    "trail.case": _l("membaca jejak sebuah kasus"),
    "security.read": _l("membaca kejadian keamanan"),
    "meter.read": _l("melihat siapa membaca berapa banyak"),
    "notice.own": _l("membaca pemberitahuan untuknya"),
    "proposal.list": _l("melihat usulan yang ia buat atau dapat ia jawab"),
    "proposal.answer": _l("menyetujui atau menolak usulan orang lain"),
    "account.clinical_role": _l("mengusulkan peran klinis"),
    "account.clinical_role.approve": _l("menyetujui peran klinis"),
    "account.enrolment": _l("mengusulkan tautan baru bagi petugas yang sudah terdaftar"),
    "account.enrolment.approve": _l("menyetujui tautan baru"),
    "retention.read": _l("membaca aturan penyimpanan"),
    "retention.change": _l("mengusulkan lama penyimpanan lain"),
    "retention.approve": _l("menyetujui lama penyimpanan lain"),
    "case.retention": _l("melihat apa yang menahan sebuah kasus"),
    "case.hold": _l("menahan pemusnahan sebuah kasus, atau melepasnya"),
    "case.shred": _l("mengusulkan pemusnahan isi kasus"),
    "case.shred.approve": _l("menyetujui pemusnahan isi kasus"),
    "break_glass.read": _l("melihat siapa memakai pecah kaca dan mengapa"),
    "case.export.approve": _l("menyetujui unduhan seluruh kasus"),
    "continuity.read": _l("melihat apa yang tetap berdiri bila TeSA mati, dan uji hotline"),
    "continuity.test": _l("menguji hotline sekarang"),
    "recording.read": _l("melihat apakah percakapan direkam"),
    "recording.change": _l("mengusulkan agar percakapan direkam"),
    "recording.approve": _l("menyetujui agar percakapan direkam"),
    "recording.stop": _l("mematikan perekaman"),
    "emergency_words.edit": _l("mengubah daftar kata darurat"),
    "number.flag": _l("menandai nomor sebagai mengganggu atau kasar, untuk sementara"),
    "number.block": _l("memblokir nomor untuk sementara; tombol darurat tetap berlaku"),
    "flag.list": _l("melihat nomor yang ditandai, disamarkan"),
    "flag.change": _l("memutuskan usulan penanda, mengubah akhirnya, mencabutnya"),
    "live.read": _l("melihat keadaan jalur saat ini dan angka-angkanya"),
    "prompts.read": _l("melihat dan mendengarkan kalimat untuk penelepon"),
    "prompts.edit": _l("mengunggah dan menghapus rekaman kalimat"),
}
"""Words for acts of the table. What the trail has words for (`act_words`) needs none here."""
CLASSES = {
    Klass.SELF: _l("Diri sendiri"),
    Klass.QUEUE: _l("Antrean"),
    Klass.CONTACT: _l("Data kontak"),
    Klass.CASE: _l("Kasus dan risiko"),
    Klass.NOTE: _l("Catatan"),
    Klass.DISPATCH: _l("Penjangkauan"),
    Klass.ROTA: _l("Jadwal dan tugas"),
    Klass.ACCOUNT: _l("Akun staf"),
    Klass.AUDIT: _l("Jejak audit"),
    Klass.SETTING: _l("Pengaturan"),
}
RELATIONS = {
    Relation.ANY: _l("apa pun"),
    Relation.OWN: _l("miliknya"),
    Relation.HELPING: _l("ikut menangani"),
    Relation.UNASSIGNED: _l("belum dipegang siapa pun"),
    Relation.OFFERED: _l("sedang ditawarkan kepadanya"),
    Relation.REQUESTED: _l("ia yang meminta"),
    Relation.DISPATCHED: _l("ia yang bertugas"),
    Relation.OVERSEEING: _l("sebagai pengawas"),
    Relation.BREAK_GLASS: _l("sesudah pecah kaca"),
}
STATES = {
    "requested": _l("diminta"),
    "acknowledged": _l("diterima"),
    "en_route": _l("di jalan"),
    "on_scene": _l("di tempat"),
}


@dataclass(frozen=True)
class Row:
    """One line of the table in words of the present language."""

    act: str
    code: str
    roles: str
    relations: str
    states: str
    fresh: bool
    opens: bool


def act_words(act: str) -> str:
    """What an act of the table is; its code when nobody has found words yet."""
    return str(ACTS.get(act) or WORDS.get(act) or act)


def _row(line: Line) -> Row:
    relations = [relation for relation in Relation if relation in line.relations]
    states = [_state(state) for state in STATES if state in line.states] if line.states is not None else []
    others = sorted((line.states or frozenset()) - set(STATES))
    return Row(
        act_words(line.act),
        line.act,
        ", ".join(str(ROLE_WORDS[role]) for role in Role if role in line.roles),
        ", ".join(str(RELATIONS.get(relation, relation.value)) for relation in relations),
        ", ".join([*states, *others]) or str(_l("setiap keadaan")),
        line.fresh,
        line.opens,
    )


def _state(state: str) -> str:
    return str(STATES[state])


def tables(lines: Iterable[Line] = POLICY) -> list[tuple[str, list[Row]]]:
    """The table by class, in the order of the classes; within a class in the order of the policy."""
    order = list(Klass)
    ordered = sorted(lines, key=lambda line: order.index(line.klass))
    return [
        (str(CLASSES[klass]), [_row(line) for line in group]) for klass, group in groupby(ordered, lambda x: x.klass)
    ]


def document() -> str:
    """docs/access.md: the whole table, Indonesian and English."""
    app = Flask("tesa")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, default_locale="id")
    with app.app_context():
        return "\n".join([*_half("id"), "", *_half("en"), ""])


def _half(language: str) -> list[str]:
    with force_locale(language):
        lines = [
            f"# {_('Siapa boleh apa')}",
            "",
            _(
                "Dicetak oleh `tesa access print` dari tesa/accounts/rules/policy.py, tabel yang ditanyai pada setiap permintaan. Jangan disunting. Yang tidak tertulis di sini tidak boleh; yang tidak boleh dilihat tampak seperti tidak ada. Beberapa baris untuk satu tindakan berarti salah satunya cukup."
            ),
        ]
        for title, rows in tables():
            lines += ["", f"## {title}", "", *_markdown(rows)]
    return lines


def _markdown(rows: list[Row]) -> list[str]:
    yes: Callable[[bool], str] = lambda so: _("ya") if so else ""  # noqa: E731
    heads = (_("Tindakan"), _("Peran"), _("Hubungan"), _("Keadaan"), _("Faktor kedua"), _("Membuka kata penelepon"))
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for row in rows:
        cells = (f"{row.act} (`{row.code}`)", row.roles, row.relations, row.states, yes(row.fresh), yes(row.opens))
        lines.append("| " + " | ".join(cells) + " |")
    return lines
