"""Every sentence that is spoken on the telephone, in one place, so that it can be read as a whole and recorded.

A sentence is its Indonesian words, and knows its key (by which it is recorded) and its English words. They carry no
name, no place and no case word. Whoever lets one be heard calls `speaking.say(prompts.X, language)`, which plays the
recording where there is one.
"""

from __future__ import annotations

from typing import Self

WORDS_PER_SECOND = 2.5


class Sentence(str):
    """Indonesian words that know their `key` and their `english`."""

    key: str
    english: str

    def __new__(cls, key: str, indonesian: str, english: str) -> Self:
        """A sentence with a key of at most 40 letters, digits and underscores."""
        sentence = super().__new__(cls, indonesian)
        sentence.key, sentence.english = key, english
        return sentence

    def words(self, language: str) -> str:
        """What is said in `language` ("en" or "id")."""
        return self.english if language == "en" else str(self)

    def seconds(self, language: str) -> float:
        """How long it takes to say, about."""
        return len(self.words(language).split()) / WORDS_PER_SECOND


# -- she waits
GREETING = Sentence(
    "greeting",
    "Halo, ini TeSA. Tetaplah di telepon, kami sedang menghubungkan Anda.",
    "Hello, this is TeSA. Please stay on the line.",
)
FOR_ENGLISH = Sentence("for_english", "Untuk bahasa Inggris, tekan 3.", "For English, press 3.")
FOR_INDONESIAN = Sentence("for_indonesian", "Untuk bahasa Indonesia, tekan 6.", "For Indonesian, press 6.")
PRIVACY = Sentence(
    "privacy",
    "Percakapan ini rahasia dan tidak direkam tanpa izin Anda.",
    "This call is confidential and is not recorded without your consent.",
)
HINT = Sentence(
    "hint",
    "Kapan saja: tekan 0 bila darurat, 1 untuk psikolog perempuan, 2 bila ingin ditelepon kembali.",
    "At any time: press 0 in an emergency, 1 for a woman psychologist, 2 to be called back.",
)
LOCAL_LANGUAGES = Sentence(
    "local_languages",
    "Untuk bahasa Sunda tekan 4, untuk bahasa Jawa tekan 5.",
    "For Sundanese press 4, for Javanese press 5.",
)
LANGUAGE_ID = Sentence("language_id", "Baik, dalam bahasa Indonesia.", "All right, in Indonesian.")
LANGUAGE_EN = Sentence("language_en", "Baik, dalam bahasa Inggris.", "All right, in English from now on.")
LANGUAGE_SU = Sentence(
    "language_su",
    "Baik. Kami mencarikan psikolog yang berbahasa Sunda bila ada.",
    "All right. We are looking for a psychologist who speaks Sundanese, if there is one.",
)
LANGUAGE_JV = Sentence(
    "language_jv",
    "Baik. Kami mencarikan psikolog yang berbahasa Jawa bila ada.",
    "All right. We are looking for a psychologist who speaks Javanese, if there is one.",
)
YOU_ARE_NEXT = Sentence("you_are_next", "Anda berikutnya. Tetaplah bersama kami.", "You are next. Please stay with us.")
SOME_BEFORE_YOU = Sentence(
    "some_before_you",
    "Ada beberapa orang sebelum Anda. Kami tidak melupakan Anda.",
    "There are some people before you. We have not forgotten you.",
)
STAY = Sentence(
    "stay",
    "Anda tidak sendiri. Kami sedang mencarikan psikolog untuk Anda. Tetaplah bersama kami.",
    "You are not alone. We are looking for a psychologist for you. Please stay with us.",
)
STAY_AGAIN = Sentence(
    "stay_again",
    "Terima kasih sudah menunggu. Seseorang akan segera menjawab.",
    "Thank you for waiting. Somebody will answer soon.",
)
CHOICE = Sentence(
    "choice",
    "Psikolog kami masih mendampingi orang lain. Anda boleh tetap menunggu. "
    "Tekan 2 bila ingin ditelepon kembali, 9 untuk meninggalkan pesan, 0 bila darurat.",
    "Our psychologists are still with other people. You may go on waiting. "
    "Press 2 to be called back, 9 to leave a message, 0 in an emergency.",
)
EMERGENCY = Sentence(
    "emergency",
    "Kami sedang memanggil bantuan. Tetaplah di telepon bila itu aman. Nomor darurat kota adalah satu satu dua.",
    "We are calling help. Stay on the line if that is safe. The city's emergency number is one one two.",
)
WOMAN = Sentence(
    "woman",
    "Baik. Kami mencarikan psikolog perempuan untuk Anda.",
    "All right. We are looking for a woman psychologist for you.",
)
WAIT_FOR_WOMAN = Sentence(
    "wait_for_woman",
    "Kami memanggil semua psikolog, juga laki-laki. Bila Anda lebih suka menunggu psikolog perempuan, tekan 1.",
    "We are calling all psychologists, men as well. If you would rather wait for a woman psychologist, press 1.",
)
IS_IT_SAFE = Sentence(
    "is_it_safe",
    "Baik. Amankah kami menelepon nomor ini? Tekan 1 bila aman, 2 bila tidak.",
    "All right. Is it safe for us to call this number? Press 1 if it is safe, 2 if not.",
)
NOT_SAFE = Sentence(
    "not_safe",
    "Baik, kami tidak akan menelepon nomor ini. Anda boleh tetap menunggu, atau menelepon lagi kapan saja.",
    "All right, we will not call this number. You may go on waiting, or call again at any time.",
)
NO_NUMBER = Sentence(
    "no_number",
    "Nomor Anda tidak tampak pada kami, jadi kami tidak dapat menelepon kembali. Tetaplah menunggu.",
    "We cannot see your number, so we cannot call you back. Please go on waiting.",
)
WILL_CALL = Sentence(
    "will_call",
    "Baik. Psikolog kami akan menelepon Anda. Anda juga boleh menelepon lagi kapan saja.",
    "All right. Our psychologist will call you. You may also call again at any time.",
)

# -- she leaves a message, or is asked whether the talk may be recorded
LEAVE_MESSAGE = Sentence(
    "leave_message",
    "Kami akan mendengarkan pesan Anda dalam 15 menit.",
    "We shall listen to your message within 15 minutes.",
)
LEAVE_MESSAGE_LATER = Sentence(
    "leave_message_later",
    "Kami akan mendengarkan pesan Anda segera setelah ada petugas.",
    "We shall listen to your message as soon as somebody is on duty.",
)
NO_CALL_TO_NUMBER = Sentence(
    "no_call_to_number",
    "Kami tidak akan menelepon nomor ini. Anda boleh menelepon lagi kapan saja.",
    "We will not call this number. You may call again at any time.",
)
AFTER_TONE = Sentence(
    "after_tone",
    "Silakan bicara setelah nada. Tekan pagar bila selesai.",
    "Please speak after the tone. Press the hash key when you have finished.",
)
MAY_RECORD = Sentence(
    "may_record",
    "Percakapan dapat direkam untuk mutu layanan. Tekan 1 bila setuju direkam, 2 bila tidak.",
    "The talk can be recorded for the quality of our service. Press 1 if you agree, 2 if not.",
)
WILL_RECORD = Sentence(
    "will_record",
    "Baik, percakapan direkam. Anda boleh memintanya berhenti kapan saja.",
    "All right, the talk is recorded. You may ask us to stop at any time.",
)
MESSAGE_KEPT = Sentence(
    "message_kept",
    "Terima kasih. Pesan Anda kami simpan dengan aman. Anda boleh menelepon lagi kapan saja.",
    "Thank you. Your message is kept safe. You may call again at any time.",
)
OTHER_KEY = Sentence("other_key", "Baik. Tetaplah bersama kami.", "All right. Please stay with us.")
GOODBYE = Sentence(
    "goodbye",
    "Terima kasih sudah menghubungi kami. Anda boleh menelepon lagi kapan saja.",
    "Thank you for calling us. You may call again at any time.",
)
LAST_RESORT = Sentence(
    "last_resort", "Tetaplah di telepon, kami menghubungkan Anda.", "Please stay on the line, we are connecting you."
)
LAST_RESORT_NOBODY = Sentence(
    "last_resort_nobody",
    "Maaf, sambungan kami sedang terganggu. Bila darurat, hubungi satu satu dua. Silakan menelepon lagi.",
    "Sorry, our line is disturbed. In an emergency call one one two. Please call again.",
)
CONNECTING = Sentence("connecting", "Sebentar, kami menyambungkan.", "One moment, we are connecting you.")

# -- her number is blocked
TURNED_AWAY = Sentence(
    "turned_away",
    "Maaf, panggilan dari nomor ini sedang tidak kami sambungkan. "
    "Bila Anda atau orang lain dalam bahaya, tekan 0 sekarang, atau hubungi satu satu dua.",
    "Sorry, calls from this number are not being connected at present. "
    "If you or somebody else is in danger, press 0 now, or call one one two.",
)

# -- she cannot speak
CANNOT_SPEAK = Sentence(
    "cannot_speak",
    "Bila Anda tidak dapat bicara, tekan tombol apa saja.",
    "If you cannot speak, press any key.",
)
NEED_NOT_SPEAK = Sentence(
    "need_not_speak",
    "Baik, Anda tidak perlu bicara. Nanti jawablah dengan tombol: 1 ya, 2 tidak. Tekan 0 bila darurat.",
    "All right, you need not speak. Later, answer with keys: 1 yes, 2 no. Press 0 in an emergency.",
)
ASK_SAFE = Sentence("ask_safe", "Apakah Anda aman sekarang?", "Are you safe now?")
ASK_ALONE = Sentence("ask_alone", "Apakah ada orang lain di dekat Anda?", "Is anybody else near you?")
ASK_HURT = Sentence("ask_hurt", "Apakah Anda terluka?", "Are you hurt?")
ASK_HELP = Sentence("ask_help", "Perlukah kami mengirim bantuan?", "Do you need us to send help?")
ASK_CHILDREN = Sentence("ask_children", "Apakah ada anak bersama Anda?", "Is a child with you?")
ASK_LATER = Sentence("ask_later", "Bolehkah kami menelepon Anda nanti?", "May we call you later?")
YES_OR_NO = Sentence("yes_or_no", "Tekan 1 bila ya, 2 bila tidak.", "Press 1 for yes, 2 for no.")
HEARD = Sentence("heard", "Terima kasih.", "Thank you.")

# -- to a psychologist's or coordinator's own phone: neutral, because others may hear it
WHISPER = Sentence(
    "whisper",
    "Ada tugas untuk Anda. Tekan 1 untuk menerima, 2 bila tidak bisa.",
    "There is a task for you. Press 1 to accept, 2 if you cannot.",
)
WHISPER_AGAIN = Sentence("whisper_again", "Tekan 1 untuk menerima.", "Press 1 to accept.")
DECLINED = Sentence("declined", "Baik, terima kasih.", "All right, thank you.")
TAKEN = Sentence(
    "taken",
    "Tugas ini sudah diterima rekan lain. Terima kasih.",
    "A colleague has already accepted this task. Thank you.",
)
GONE = Sentence("gone", "Sambungan sudah ditutup. Terima kasih.", "The connection has been closed. Thank you.")
NOT_NOW = Sentence(
    "not_now",
    "Sambungan tidak dapat dibuat sekarang. Terima kasih.",
    "The connection cannot be made now. Thank you.",
)

# -- the talk
ON_HOLD = Sentence(
    "on_hold",
    "Tetaplah di telepon. Anda masih tersambung, kami segera kembali.",
    "Please stay on the line. You are still connected, we shall be back in a moment.",
)
LINE_LOST = Sentence(
    "line_lost",
    "Sambungan ke psikolog terputus. Tetaplah di telepon, kami menyambungkan kembali. "
    "Bila sudah selesai, Anda boleh menutup telepon.",
    "The line to the psychologist broke off. Please stay, we are reconnecting you. "
    "If you had finished, you may hang up.",
)
WHISPER_BROKEN = Sentence(
    "whisper_broken",
    "Sambungan tugas tadi terputus. Tekan 1 untuk menyambung kembali, 2 bila tidak bisa, 3 bila sudah selesai.",
    "The line of your task broke off. Press 1 to reconnect, 2 if you cannot, 3 if it was finished.",
)
WHISPER_TRANSFER = Sentence(
    "whisper_transfer",
    "Seorang rekan ingin mengalihkan tugas kepada Anda. Tekan 1 untuk menerima, 2 bila tidak bisa.",
    "A colleague would like to hand a task over to you. Press 1 to accept, 2 if you cannot.",
)
WHISPER_JOIN = Sentence(
    "whisper_join",
    "Seorang rekan meminta Anda ikut dalam tugasnya. Tekan 1 untuk bergabung, 2 bila tidak bisa.",
    "A colleague asks you to join a task. Press 1 to join, 2 if you cannot.",
)
WHISPER_LISTEN = Sentence(
    "whisper_listen",
    "Anda meminta ikut dalam sebuah tugas. Tekan 1 untuk mulai.",
    "You asked to take part in a task. Press 1 to begin.",
)
WHISPER_THIRD = Sentence(
    "whisper_third",
    "Halo. Bantuan Anda diminta dalam sebuah percakapan. Tekan 1 untuk bergabung.",
    "Hello. Your help is asked for in a conversation. Press 1 to join.",
)
TALK_MENU = Sentence(
    "talk_menu",
    "1 kembali. 2 tahan atau lanjutkan. 3 alihkan ke rekan. 4 minta koordinator. 0 darurat. 9 selesai.",
    "1 back. 2 hold or resume. 3 hand over to a colleague. 4 ask a coordinator. 0 emergency. 9 end.",
)
TALK_MENU_TOGETHER = Sentence(
    "talk_menu_together",
    "1 bicara bersama. 2 tahan atau lanjutkan. 3 serahkan kepada rekan ini. 4 minta koordinator. 0 darurat. 9 selesai.",
    "1 talk together. 2 hold or resume. 3 hand over to this colleague. 4 ask a coordinator. 0 emergency. 9 end.",
)
ON_HOLD_NOW = Sentence("on_hold_now", "Ditahan dengan musik.", "On hold with music.")
RESUMED = Sentence("resumed", "Dilanjutkan.", "Resumed.")
COLLEAGUE_RUNG = Sentence("colleague_rung", "Rekan sedang dihubungi.", "A colleague is being called.")
NO_COLLEAGUE = Sentence("no_colleague", "Tidak ada rekan yang bebas sekarang.", "No colleague is free at present.")
EMERGENCY_RAISED = Sentence(
    "emergency_raised", "Darurat sudah dinyatakan. Tim dihubungi.", "The emergency is raised. The team is being called."
)
TALK_CLOSED = Sentence("talk_closed", "Baik, ditutup. Terima kasih.", "All right, closed. Thank you.")
HANDED_OVER = Sentence("handed_over", "Sudah diserahkan. Terima kasih.", "It has been handed over. Thank you.")
SOMEBODY_LISTENS = Sentence(
    "somebody_listens", "Seorang koordinator ikut mendengarkan.", "A coordinator is listening in."
)

NOT_ANSWERED = Sentence(
    "not_answered",
    "Tidak diangkat. Terima kasih.",
    "It was not answered. Thank you.",
)

# -- to a phone that we call back, whoever picks it up
WHO_IS_THERE = Sentence("who_is_there", "Halo. Tekan satu untuk berbicara.", "Hello. Press one to talk.")

# -- texts that leave the house; they are not spoken
ACKNOWLEDGED = "Terima kasih, pesan Anda sudah kami terima. Seseorang akan segera membalas. Bila mendesak, hubungi 112."
KEPT = "Pesan Anda kami simpan. Bila dalam bahaya, hubungi 112."
PAGE = "Ada tugas baru. Buka: {link}"
REMINDER = "Tugas Anda masih menunggu. Buka: {link}"
TEXTS = frozenset({"ACKNOWLEDGED", "KEPT", "PAGE", "REMINDER"})


def sentences() -> dict[str, Sentence]:
    """All sentences by key, in the order in which they stand here."""
    return {value.key: value for value in globals().values() if isinstance(value, Sentence)}
