"""The words a person sees for who takes part in a talk, and how."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

LEG_KIND = {
    "client": _l("Klien"),
    "psychologist": _l("Psikolog"),
    "transfer": _l("Rekan"),
    "third": _l("Pihak lain"),
    "supervisor": _l("Koordinator"),
}
LEG_STATE = {
    "asked": _l("sedang dihubungi"),
    "ringing": _l("telepon berdering"),
    "joined": _l("tersambung"),
    "left": _l("sudah keluar"),
    "failed": _l("tidak tersambung"),
}
LEG_WHY = {
    "declined": _l("tidak bisa"),
    "missed": _l("tidak menjawab"),
    "no-answer": _l("tidak menjawab"),
    "busy": _l("sedang sibuk"),
    "failed": _l("nomor tidak dapat dihubungi"),
    "canceled": _l("dibatalkan"),
    "cancelled": _l("dibatalkan"),
}
LISTENING = {"listens": _l("mendengarkan"), "whispers": _l("berbisik kepada psikolog"), "speaks": _l("ikut bicara")}
LISTEN_AS = {"listens": _l("Hanya dengar"), "whispers": _l("Berbisik kepada psikolog"), "speaks": _l("Ikut bicara")}
LISTEN_REASON = {
    "asked": _l("Psikolog memintanya"),
    "danger": _l("Klien mungkin dalam bahaya"),
    "training": _l("Mendampingi psikolog baru"),
    "complaint": _l("Ada keluhan tentang layanan"),
}
SHORT_NAME = {
    "112": _l("112 darurat kota"),
    "110": _l("110 polisi"),
    "119": _l("119 ambulans"),
    "interpreter": _l("Juru bahasa"),
    "number": _l("nomor yang diketik"),
}
