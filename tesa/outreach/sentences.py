"""What phones say and texts read. Fixed, in Indonesian like the voice that speaks them, and free of content: whoever
else hears the phone or sees its screen learns nothing about a caller, nor about the hotline.
"""

from __future__ import annotations

# Spoken
WHISPER = "Ada tugas. Tekan satu untuk menerima, dua bila tidak bisa."
NOTHING_PRESSED = "Tidak ada jawaban. Anda masih bisa menjawab lewat pesan."
YOURS = "Terima kasih. Tugas ini untuk Anda. Rinciannya ada di papan."
NOTED = "Baik, terima kasih."
TAKEN_BY = {
    "worker": "Tugas ini sudah diterima petugas lain. Terima kasih.",
    "coordinator": "Tugas ini sudah diterima koordinator. Terima kasih.",
}
OVER = "Tugas ini sudah tidak terbuka. Terima kasih."

# Written
OFFERED = "Ada tugas. Balas SIAP untuk menerima, TOLAK bila tidak bisa. {link}"
CHANGED = "Ada perubahan pada tugas Anda. {link}"
YOURS_TEXT = "Terima kasih, tugas ini untuk Anda. Balas BERANGKAT, TIBA, lalu SELESAI. {link}"
ALREADY_YOURS = "Tugas ini sudah Anda terima. Balas BERANGKAT, TIBA, lalu SELESAI. {link}"
DECLINED_TEXT = "Baik, terima kasih sudah menjawab."
NONE_OPEN = "Tidak ada tugas terbuka untuk Anda."
NONE_YOURS = "Tidak ada tugas yang sedang Anda jalankan."
NOT_UNDERSTOOD = "Pesan belum dipahami. Balas SIAP untuk menerima tugas, TOLAK bila tidak bisa."
MOVED = {
    "en_route": "Tercatat: berangkat. Balas TIBA bila sudah sampai.",
    "on_scene": "Tercatat: tiba. Balas SELESAI bila sudah selesai.",
    "cleared": "Tercatat: selesai. Terima kasih.",
}
