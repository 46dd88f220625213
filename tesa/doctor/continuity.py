"""What stands when TeSA is down: is the document elsewhere that of the rota now, and does the line prove itself?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests

from config import Settings
from tesa.continuity.document import document, numbers_in
from tesa.continuity.places import Place, PlaceFailed, configured, places
from tesa.continuity.public import line_state
from tesa.continuity.rules.self_call import OLD_AFTER
from tesa.core.db import db
from tesa.core.vault import KeysAway
from tesa.doctor.finding import Finding, found

FRESH_FOR = timedelta(minutes=10)
OVERRIDES = "#ct=2000&rt=4000&rc=2&rp=ct,rt,5xx"
GUESSED = 16  # letters and digits that make a name hard to guess
TIMEOUT = 5.0


def look_at_fallback(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Lines for the document in each place, the address that Twilio asks, and the tests of the line."""
    try:
        yield from _documents(settings, now)
        yield _self_call(settings, now)
    except KeysAway as away:
        yield Finding("fallback", False, f"{away}")
    except Exception as error:  # a database that does not answer has its own line
        yield Finding(
            "fallback", False, f"{type(error).__name__}: basis data tidak menjawab / the database does not answer"
        )
    finally:
        db.session.rollback()


def _documents(settings: Settings, now: datetime) -> Iterator[Finding]:
    if not configured(settings):
        yield Finding(
            "fallback",
            None,
            "TESA_FALLBACK_DIR dan TESA_FALLBACK_BUCKET kosong: bila TeSA mati, penelepon tidak terhubung ke siapa pun, "
            "kecuali Voice Fallback URL nomor menunjuk ke dokumen di luar TeSA dengan nomor petugas / both empty: when "
            "TeSA is down callers reach nobody, unless the number's Voice Fallback URL points to a document outside TeSA",
        )
        return
    numbers = document(now).numbers
    try:
        for place in places(settings):
            yield _place(place, numbers, now)
    except PlaceFailed as failed:
        yield Finding("fallback-bucket", False, str(failed))
    yield _address(settings, numbers, now)


def _place(place: Place, numbers: tuple[str, ...], now: datetime) -> Finding:
    name = f"fallback-{place.name}"
    try:
        body, checked = place.document(), place.checked()
    except PlaceFailed as failed:
        return Finding(
            name, False, f"{place.where}: {failed}; perbaiki akses, lalu / mend the access, then `tesa fallback export`"
        )
    if body is None or checked is None:
        return Finding(
            name, False, f"{place.where}: belum diekspor / not exported yet; `tesa worker`, `tesa fallback export`"
        )
    if age := now - checked.at if now - checked.at >= FRESH_FOR else None:
        return Finding(
            name,
            False,
            f"{place.where}: diperiksa {int(age.total_seconds() // 60)} menit lalu; jalankan `tesa worker`, lihat log / "
            f"checked {int(age.total_seconds() // 60)} minutes ago; run `tesa worker`, see its log",
        )
    return found(
        name,
        _fits(body, numbers, checked.at),
        f"{place.where}: {len(numbers)} nomor, sesuai jadwal sekarang / numbers, as the rota has them now",
        f"{place.where}: bukan nomor jadwal sekarang; `tesa fallback export` / not the numbers of the rota now",
    )


def _fits(body: bytes, numbers: tuple[str, ...], checked_at: datetime) -> bool:
    """The same numbers in the same order: those of now, or of the instant of the export by the rota as it is now."""
    there = numbers_in(body)
    return there in {numbers, document(checked_at).numbers}


def _address(settings: Settings, numbers: tuple[str, ...], now: datetime) -> Finding:
    voice = f"Voice URL {settings.url('/twilio/voice')}{OVERRIDES} (POST)"
    url = settings.fallback_url
    if url is None:
        return Finding(
            "fallback",
            None,
            f"isi TESA_FALLBACK_URL dengan alamat tempat dokumen itu disajikan; di Twilio: {voice}, Voice Fallback URL = "
            "alamat itu (GET) / set TESA_FALLBACK_URL to the address at which that document is served; at Twilio: Voice "
            "Fallback URL = that address (GET)",
        )
    if not _hard_to_guess(url):
        return Finding(
            "fallback",
            False,
            "TESA_FALLBACK_URL mudah ditebak dan memuat nomor petugas: beri TESA_FALLBACK_NAME yang acak (openssl rand "
            "-hex 16) / is easy to guess and holds numbers of staff: give it a random TESA_FALLBACK_NAME",
        )
    try:
        answer = requests.get(url, timeout=TIMEOUT)
    except requests.RequestException as error:
        return Finding("fallback", False, f"{url}: {type(error).__name__}; tidak menjawab / no answer")
    kind = answer.headers.get("Content-Type", "").split(";")[0].strip()
    fit = answer.status_code == 200 and kind in {"text/xml", "application/xml"}
    fit = fit and numbers_in(answer.content) in {numbers, document(now - FRESH_FOR).numbers}
    return found(
        "fallback",
        fit,
        f"di Twilio: {voice}; Voice Fallback URL {url}{OVERRIDES} (GET)",
        f"{url}: {answer.status_code} {kind}; bukan dokumen sekarang sebagai text/xml / not the document of now as text/xml",
    )


def _hard_to_guess(url: str) -> bool:
    parts = urlsplit(url)
    longest = max((len(piece.removesuffix(".xml")) for piece in parts.path.split("/")), default=0)
    return bool(parts.password) or longest >= GUESSED


def _self_call(settings: Settings, now: datetime) -> Finding:
    if settings.self_call_number is None:
        return Finding(
            "self-call",
            None,
            "TESA_SELF_CALL_NUMBER kosong: hotline tidak diuji setiap hari / empty: the line is not tested every day",
        )
    state = line_state(now)
    if state.good is None:
        return Finding("self-call", None, "belum pernah diuji; `tesa self-call` / never tested yet; `tesa self-call`")
    if not state.good:
        return Finding("self-call", False, f"gagal / failed: {state.failed_step}; `tesa self-call`, /ketahanan")
    fresh = state.succeeded_at is not None and now - state.succeeded_at <= OLD_AFTER
    when = f"{state.succeeded_at:%Y-%m-%d %H:%M} UTC"
    return found(
        "self-call",
        fresh,
        f"berhasil / good: {when}",
        f"terakhir berhasil / last good: {when}; `tesa worker` harus berjalan / must run",
    )
