"""The words a person sees for the codes of intake."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tesa.cases.public import Why
from tesa.intake.rules.nuisance import BLOCKED
from tesa.intake.rules.words import NON_COUNSELLING

CHANNEL = {"voice": _l("Telepon"), "whatsapp": _l("WhatsApp"), "sms": _l("SMS")}
STATE = {
    "waiting": _l("Menunggu"),
    "in_progress": _l("Berlangsung"),
    "to_record": _l("Perlu dicatat"),
    "call_back": _l("Perlu ditelepon kembali"),
    "finalized": _l("Selesai"),
}
OFFER = {
    None: _l("sedang dihubungi"),
    "accepted": _l("menerima"),
    "declined": _l("menolak"),
    "missed": _l("tidak menjawab"),
    "cancelled": _l("dibatalkan"),
}
MESSAGE = {
    "queued": _l("menunggu dikirim"),
    "sending": _l("sedang dikirim"),
    "accepted": _l("sedang dikirim"),
    "scheduled": _l("sedang dikirim"),
    "sent": _l("terkirim"),
    "delivered": _l("sampai"),
    "read": _l("sampai"),
    "failed": _l("gagal terkirim"),
    "undelivered": _l("tidak sampai"),
    "refused": _l("tidak dikirim: tidak aman baginya"),
    "unknown": _l("tidak pasti terkirim: periksa sebelum mengirim ulang"),
    "received": "",
}
EVENT = {
    "opened": _l("Kontak masuk"),
    "on_duty": _l("Petugas yang bertugas dicatat"),
    "key": _l("Penelepon menekan tombol"),
    "safe_to_call": _l("Jawaban: aman ditelepon?"),
    "again": _l("Menelepon lagi"),
    "language": _l("Memilih bahasa"),
    "silent": _l("Tidak dapat bicara, menjawab dengan tombol"),
    "silent_again": _l("Telepon tanpa suara berulang, kasusnya berisiko tinggi"),
    "asked_by_key": _l("Pertanyaan diperdengarkan"),
    "answered_by_key": _l("Jawaban dengan tombol"),
    "emergency": _l("Menjadi darurat"),
    "left_queue": _l("Keluar dari antrean"),
    "hung_up": _l("Menutup telepon sebelum dijawab"),
    "asked": _l("Minta ditelepon kembali"),
    "message": _l("Memilih meninggalkan pesan suara"),
    "voicemail_left": _l("Pesan suara masuk"),
    "voicemail_kept": _l("Pesan suara diambil dan disegel"),
    "voicemail_heard": _l("Pesan suara didengar"),
    "recording_left": _l("Rekaman dibuat"),
    "recording_kept": _l("Rekaman diambil dan disegel"),
    "recording_heard": _l("Rekaman didengar"),
    "recording_destroyed": _l("Rekaman dimusnahkan"),
    "may_record": _l("Jawaban: boleh direkam?"),
    "promise_rung": _l("Janji telepon kembali: petugas diberi tahu"),
    "promise_waits": _l("Janji telepon kembali menunggu jam amannya"),
    "promise_assigned": _l("Penanggung jawab janji telepon kembali"),
    "called_again": _l("Nomor ini menelepon lagi"),
    "not_reached": _l("Ditelepon kembali, tidak terhubung"),
    "accepted": _l("Diterima"),
    "declined": _l("Menolak"),
    "missed": _l("Tidak menjawab"),
    "connected": _l("Tersambung"),
    "not_connected": _l("Tidak tersambung, kembali ke antrean"),
    "talk_ended": _l("Percakapan berakhir"),
    "closed_by_us": _l("Percakapan ditutup oleh petugas"),
    "held": _l("Klien ditahan dengan musik"),
    "resumed": _l("Klien kembali ke percakapan"),
    "muted": _l("Suara petugas dibisukan"),
    "unmuted": _l("Suara petugas dibunyikan"),
    "menu_key": _l("Petugas menekan tombol di telepon"),
    "transfer_asked": _l("Rekan diminta mengambil alih"),
    "transfer_accepted": _l("Rekan bersedia mengambil alih"),
    "colleague_left": _l("Rekan keluar sebelum mengambil alih"),
    "handed_over": _l("Percakapan diserahkan kepada"),
    "coordinator_asked": _l("Koordinator diminta ikut"),
    "coordinator_joined": _l("Koordinator ikut"),
    "coordinator_left": _l("Koordinator keluar"),
    "listening_asked": _l("Koordinator hendak mendengarkan"),
    "listening": _l("Koordinator mulai mendengarkan"),
    "coordinator_listens": _l("Koordinator mendengarkan"),
    "coordinator_whispers": _l("Koordinator berbisik kepada psikolog"),
    "coordinator_speaks": _l("Koordinator ikut bicara"),
    "third_asked": _l("Pihak lain dihubungi"),
    "third_joined": _l("Pihak lain tersambung"),
    "third_left": _l("Pihak lain keluar"),
    "third_missed": _l("Pihak lain tidak tersambung"),
    "keys_pressed": _l("Tombol ditekan untuk pihak lain"),
    "removed": _l("Dikeluarkan dari percakapan"),
    "line_lost": _l("Sambungan psikolog terputus; penelepon menunggu lagi"),
    "browser_away": _l("Halaman psikolog dimuat ulang"),
    "rejoined": _l("Psikolog tersambung lagi"),
    "waits_for_woman": _l("Memilih menunggu psikolog perempuan"),
    "unfinished": _l("Waktu mencatat habis, catatannya belum selesai"),
    "excluded": _l("Seorang petugas tidak lagi ditawari kontak ini"),
    "nobody_to_ring": _l("Tidak ada yang dapat dihubungi"),
    "assigned": _l("Diserahkan kepada"),
    "reminded": _l("Diingatkan"),
    "coordinators_paged": _l("Koordinator dihubungi"),
    "replied": _l("Dibalas"),
    "call_back_closed": _l("Janji telepon kembali ditutup"),
    "case_linked": _l("Dihubungkan dengan kasus"),
    "finalized": _l("Kontak dicatat selesai"),
    "shredded": _l("Isi kontak dihapus"),
    "stopped": _l("Ia meminta berhenti dihubungi"),
    "held_back": _l("Tidak dihubungi demi keamanannya"),
    "called_back": _l("Ditelepon kembali"),
    "last_resort": _l("Disambungkan langsung ke telepon petugas"),
}
QUESTION = {
    "ask_safe": _l("Apakah Anda aman sekarang?"),
    "ask_alone": _l("Apakah ada orang lain di dekat Anda?"),
    "ask_hurt": _l("Apakah Anda terluka?"),
    "ask_children": _l("Apakah ada anak bersama Anda?"),
    "ask_help": _l("Perlukah kami mengirim bantuan?"),
    "ask_later": _l("Bolehkah kami menelepon Anda nanti?"),
}
"""What may be asked of a caller who cannot speak, as its button says it."""
ANSWER = {
    "yes": _l("ya"),
    "no": _l("tidak"),
    "emergency": _l("darurat"),
    "other": _l("tombol lain"),
    "none": _l("tidak menjawab"),
    "not_heard": _l("tidak terdengar olehnya"),
}
OUTCOME = {
    "counselling": _l("Konseling"),
    "silent": _l("Diam"),
    "hang_up": _l("Menutup telepon"),
    "missed": _l("Tidak terjawab"),
    "no_answer": _l("Tidak ada jawaban"),
    "wrong_number": _l("Salah sambung"),
    "prank": _l("Iseng"),
    "abusive": _l("Kasar"),
    "sexual_gratification": _l("Pelecehan seksual"),
    "threatening": _l("Mengancam"),
    "test": _l("Uji coba"),
    "thanks": _l("Ucapan terima kasih"),
    "information_only": _l("Hanya informasi"),
    "service_complaint": _l("Keluhan layanan"),
    "irrelevant": _l("Tidak terkait"),
    "training": _l("Latihan"),
    "transferred": _l("Dialihkan"),
    "outgoing": _l("Panggilan keluar"),
    "follow_up": _l("Tindak lanjut"),
    "no_consent": _l("Tidak bersedia"),
    "inaudible": _l("Tidak terdengar"),
    "network": _l("Gangguan jaringan"),
    "donation_volunteer": _l("Donasi atau relawan"),
    BLOCKED: _l("Nomor diblokir, tidak disambungkan"),
}
CHOOSABLE = {code: word for code, word in OUTCOME.items() if code != BLOCKED}
AT_HAND = ("silent", "hang_up", "wrong_number", "prank", "abusive", "test", "thanks", "information_only")
"""The outcomes that have a button of their own."""
OTHERS = tuple(code for code in NON_COUNSELLING if code not in AT_HAND)
FLAG = {
    "suggested": _l("Usulan penanda"),
    "nuisance": _l("Mengganggu"),
    "abusive": _l("Kasar"),
    "blocked": _l("Diblokir"),
}
SETTABLE = {kind: word for kind, word in FLAG.items() if kind != "suggested"}
FLAG_TONE = {"suggested": "act", "nuisance": "", "abusive": "act", "blocked": "now"}
FLAG_REASON = {
    "prank": _l("iseng berulang"),
    "abusive": _l("kata-kata kasar"),
    "sexual_gratification": _l("pelecehan seksual"),
    "threatening": _l("ancaman"),
    "flooding": _l("membanjiri jalur"),
}
SERVICE = {
    "information": _l("Informasi"),
    "consultation": _l("Konsultasi/konseling"),
    "complaint": _l("Pengaduan"),
    "referral": _l("Rujukan"),
}
CALL_BACK_CAUSE = {
    "hung_up": _l("menutup telepon saat menunggu"),
    "asked": _l("minta ditelepon kembali"),
    "message": _l("meninggalkan pesan suara"),
}
CALL_BACK_OUTCOME = {
    "reached": _l("Terhubung"),
    "not_reached": _l("Tidak terhubung"),
    "not_safe": _l("Tidak aman menelepon"),
    "called_again": _l("Sudah menelepon lagi"),
    "refused": _l("Tidak ingin ditelepon"),
    "given_up": _l("Berhenti mencoba (setelah tiga kali)"),
}
FILE_KIND = {"voicemail": _l("Pesan suara"), "recording": _l("Rekaman percakapan")}
FILE_STATE = {
    "fetching": _l("sedang diambil"),
    "kept": _l("tersimpan tersegel"),
    "deleted_at_provider": _l("tersimpan tersegel"),
    "failed": _l("gagal diambil"),
    "destroyed": _l("sudah dimusnahkan"),
}
CONSENT = {"yes": _l("setuju direkam"), "no": _l("tidak direkam"), "withdrawn": _l("izin rekam ditarik")}
WHY = {
    Why.SHE_SAID_STOP: _l("Ia meminta berhenti dihubungi. Tunggu sampai ia menulis atau menelepon lagi."),
    Why.SHE_SAID_NO: _l("Menurut rencana kontak amannya, ini tidak aman baginya."),
    Why.NOBODY_ASKED: _l("Belum ada yang menanyakan apakah ini aman baginya. Anggap tidak aman sampai ia menjawab."),
    Why.NOT_AT_THIS_HOUR: _l("Di luar jam yang aman baginya."),
}
"""Why somebody must not be reached now, for the person who wanted to."""
LANGUAGE = {"id": _l("Indonesia"), "en": _l("Inggris"), "su": _l("Sunda"), "jv": _l("Jawa")}
SAFE = {"yes": _l("aman"), "no": _l("tidak aman"), "unknown": _l("belum diketahui")}
TABS = {"waiting": _l("Menunggu"), "mine": _l("Saya"), "all": _l("Semua")}


def event_detail(code: str, detail: str) -> str:
    """What more is to be said of an event with `code`; empty where its word says all."""
    match code:
        case "asked_by_key":
            return str(QUESTION.get(detail, detail))
        case "answered_by_key":
            answer = detail.rpartition(" ")[2]
            return str(ANSWER.get(answer, answer))
        case "language":
            return str(LANGUAGE.get(detail, detail))
        case "key":
            return detail if detail.isdigit() else ""
        case "again" | "silent_again":
            return f"{detail}×"
    return ""
