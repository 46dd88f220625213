"""Every sentence that is spoken on the telephone, in one place, so that it can be read as a whole and recorded.

Indonesian: the line's language. They carry no name, no place and no case word. A greeting of ten words takes about
four seconds.
"""

from __future__ import annotations

GREETING = "Halo, ini TeSA. Tetaplah di telepon, kami sedang menghubungkan Anda."
HINT = "Kapan saja: tekan 0 bila darurat, 1 untuk psikolog perempuan, 2 bila ingin ditelepon kembali."
STAY = "Anda tidak sendiri. Kami sedang mencarikan psikolog untuk Anda. Tetaplah bersama kami."
STAY_AGAIN = "Terima kasih sudah menunggu. Seseorang akan segera menjawab."
CHOICE = (
    "Psikolog kami masih mendampingi orang lain. Anda boleh tetap menunggu. "
    "Tekan 2 bila ingin ditelepon kembali, 9 untuk meninggalkan pesan, 0 bila darurat."
)
EMERGENCY = "Kami sedang memanggil bantuan. Tetaplah di telepon bila itu aman. Nomor darurat kota adalah satu satu dua."
WOMAN = "Baik. Kami mencarikan psikolog perempuan untuk Anda."
IS_IT_SAFE = "Baik. Amankah kami menelepon nomor ini? Tekan 1 bila aman, 2 bila tidak."
NOT_SAFE = "Baik, kami tidak akan menelepon nomor ini. Anda boleh tetap menunggu, atau menelepon lagi kapan saja."
NO_NUMBER = "Nomor Anda tidak tampak pada kami, jadi kami tidak dapat menelepon kembali. Tetaplah menunggu."
WILL_CALL = "Baik. Psikolog kami akan menelepon Anda. Anda juga boleh menelepon lagi kapan saja."
LEAVE_MESSAGE = "Silakan bicara setelah nada. Tekan pagar bila selesai."
MESSAGE_KEPT = "Terima kasih. Pesan Anda kami simpan dengan aman. Anda boleh menelepon lagi kapan saja."
OTHER_KEY = "Baik. Tetaplah bersama kami."
GOODBYE = "Terima kasih sudah menghubungi kami. Anda boleh menelepon lagi kapan saja."
LAST_RESORT = "Tetaplah di telepon, kami menghubungkan Anda."
LAST_RESORT_NOBODY = (
    "Maaf, sambungan kami sedang terganggu. Bila darurat, hubungi satu satu dua. Silakan menelepon lagi."
)

# To a psychologist's or coordinator's own phone: neutral, because others may hear it.
WHISPER = "Ada tugas untuk Anda. Tekan 1 untuk menerima, 2 bila tidak bisa."
WHISPER_AGAIN = "Tekan 1 untuk menerima."
DECLINED = "Baik, terima kasih."
TAKEN = "Tugas ini sudah diterima rekan lain. Terima kasih."
GONE = "Sambungan sudah ditutup. Terima kasih."
CONNECTING = "Sebentar, kami menyambungkan."

NOT_NOW = "Sambungan tidak dapat dibuat sekarang. Terima kasih."

# To a phone that we call back, whoever picks it up.
WHO_IS_THERE = "Halo. Tekan satu untuk berbicara."

# Texts that leave the house.
ACKNOWLEDGED = "Terima kasih, pesan Anda sudah kami terima. Seseorang akan segera membalas. Bila mendesak, hubungi 112."
PAGE = "Ada tugas baru. Buka: {link}"
REMINDER = "Tugas Anda masih menunggu. Buka: {link}"
