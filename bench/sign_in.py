"""Does a failed sign-in tell by its time what was wrong? `python -m bench.sign_in [TRIALS]`.

Four ways to fail, tried in turn against the whole application on a database of its own: an unknown address, a wrong
password, a wrong code, a disabled account. Prints the medians of both steps and how far they lie apart. The delays are
put back before each trial, as they would otherwise be all that is measured.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tesa.accounts.actions.set_secrets import set_secrets
from tesa.accounts.models import Account, SignInDelay
from tesa.app import create_app
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import create_key_file
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.people import make_staff
from tests.support.settings import close_engines, make_settings, migrate_at

TRIALS = 200
RIGHT, WRONG = "payung biru di atas meja kayu", "payung ungu di bawah meja kaca"


@dataclass
class Case:
    """One way to fail, and the milliseconds it took: of the clock, and of the processor, which a busy machine moves less."""

    name: str
    email: str
    password: str
    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    first_cpu: list[float] = field(default_factory=list)
    second_cpu: list[float] = field(default_factory=list)


def cases() -> list[Case]:
    """The four ways, with the people they need."""
    active, disabled = make_staff(), make_staff(active=False)
    with transaction():
        set_secrets(active.id, RIGHT, clock.now())
        set_secrets(disabled.id, RIGHT, clock.now())
    return [
        Case("unknown", "nobody@contoh.id", RIGHT),
        Case("wrong password", active.email, WRONG),
        Case("wrong code", active.email, RIGHT),
        Case("disabled", disabled.email, RIGHT),
    ]


def trial(app: Flask, case: Case) -> tuple[int, int]:
    """One sign-in that fails, in a browser of its own; the two statuses."""
    with transaction():
        db.session.query(SignInDelay).delete()
        db.session.query(Account).update({Account.totp_last_step: None})
    client: FlaskClient = app.test_client()
    assert isinstance(client, OutsideClient)
    form = {"email": case.email, "password": case.password, "csrf_token": client.csrf_token()}
    first = _post(client, "/sign-in", form, case.first, case.first_cpu)
    form = {"code": "000000", "csrf_token": client.csrf_token()}
    return first, _post(client, "/sign-in/code", form, case.second, case.second_cpu)


def _post(client: FlaskClient, path: str, form: dict[str, str], wall: list[float], cpu: list[float]) -> int:
    begun, used = time.perf_counter(), time.process_time()
    status = client.post(path, data=form).status_code
    wall.append((time.perf_counter() - begun) * 1000)
    cpu.append((time.process_time() - used) * 1000)
    return status


def measure(app: Flask, trials: int) -> list[Case]:
    """Interleaved trials, so that whatever else the machine does meets all four alike."""
    four = cases()
    for number in range(trials + 2):
        for case in four[number % 4 :] + four[: number % 4]:  # each goes first as often as the others
            assert trial(app, case) == (303, 422), case.name
    for case in four:
        for series in (case.first, case.second, case.first_cpu, case.second_cpu):
            del series[:2]  # the first ones warm up
    return four


def spread(series: list[list[float]]) -> float:
    """How far the medians lie apart, in milliseconds."""
    medians = [statistics.median(each) for each in series]
    return max(medians) - min(medians)


def main(trials: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        key_file, url = Path(folder) / "keys", f"sqlite:///{folder}/tesa.db"
        create_key_file(key_file)
        migrate_at(url, key_file)
        app = create_app(make_settings(url, key_file), gateway=FakeGateway())
        app.test_client_class = OutsideClient
        with app.app_context():
            four = measure(app, trials)
        close_engines(app)
    print(f"Failed sign-ins, SQLite, {trials} interleaved trials each; medians in ms, of the processor in brackets:")
    print(f"  {'':15} {'POST /sign-in':>19}   {'POST /sign-in/code':>19}")
    for case in four:
        _show(case.name, *(statistics.median(s) for s in (case.first, case.first_cpu, case.second, case.second_cpu)))
    series = (
        [c.first for c in four],
        [c.first_cpu for c in four],
        [c.second for c in four],
        [c.second_cpu for c in four],
    )
    _show("apart", *map(spread, series))


def _show(name: str, first: float, first_cpu: float, second: float, second_cpu: float) -> None:
    print(f"  {name:15} {first:8.2f} ({first_cpu:7.2f})   {second:8.2f} ({second_cpu:7.2f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS)
