"""What can be seen over the network: our own public address, Twilio's account, Twilio's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from config import Settings
from tesa.doctor.finding import Finding, found
from tesa.telephony.self_test import AccountAnswer, ask_account, probe_status, public_status

MOST_SKEW = timedelta(seconds=30)


def look_outside(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Lines for the public address, the signature, the token and the clock. Each question takes 5 s at most."""
    yield from _address(settings)
    account = ask_account(settings)
    yield _token(account)
    yield _clock(account, now)


def _address(settings: Settings) -> Iterator[Finding]:
    health = public_status(settings)
    yield found(
        "public-url",
        health == 200,
        "menjawab / answers",
        f"{settings.public_url}/healthz: {health or 'tidak menjawab / no answer'}; periksa TESA_PUBLIC_URL, proksi, dan "
        "`tesa web` / check TESA_PUBLIC_URL, the proxy and `tesa web`",
    )
    if health != 200:
        return
    signed, forged = probe_status(settings), probe_status(settings, forged=True)
    yield found(
        "signature",
        signed == 204 and forged == 403,
        "permintaan bertanda tangan diterima, yang palsu ditolak / signed requests are let in, forged ones are not",
        f"{signed}, palsu / forged {forged}: proksi mengubah alamat atau isi, atau proses lain memakai token lain / the "
        "proxy changes address or body, or the running process has another TWILIO_AUTH_TOKEN or TESA_PUBLIC_URL",
    )


def _token(account: AccountAnswer | None) -> Finding:
    if account is None:
        return Finding(
            "auth-token",
            False,
            "Twilio tidak menjawab; periksa jaringan keluar / no answer from Twilio; check the way out",
        )
    return found(
        "auth-token",
        account.status == 200,
        "diterima Twilio / accepted by Twilio",
        f"{account.status}: TWILIO_ACCOUNT_SID atau TWILIO_AUTH_TOKEN salah / is wrong",
    )


def _clock(account: AccountAnswer | None, now: datetime) -> Finding:
    if account is None or account.at is None:
        return Finding(
            "clock",
            None,
            "tidak ada jam pembanding; pastikan NTP berjalan / nothing to compare with; see that NTP runs",
        )
    skew = abs(now - account.at)
    seconds = f"{skew.total_seconds():.0f} s"
    return found(
        "clock",
        skew <= MOST_SKEW,
        seconds,
        f"{seconds}: sesuaikan jam mesin ini (NTP) / set this machine's clock (NTP)",
    )
