"""`make bench`: prints, from one run on this machine, what TeSA costs beside the floor. See each function."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import make_url

from bench import load, scene
from bench.answer import answer
from bench.hotline import webhook_times
from bench.sealing import sealing
from config import Settings
from tesa.core import clock
from tesa.core.db import db
from tesa.intake.rules.ladder import FIRST_RING_AT
from tesa.psychologists.public import on_duty
from tests.support import processes as servers
from tests.support.carrier import Carrier
from tests.support.settings import environment
from tests.support.twilio import new_sid

CONNECTIONS = 16
SECONDS = 10.0  # of measuring, for each server
MOST = 40_000  # requests, for each server
WARM_UP = 400  # requests
CALLS_TO_RING = 5
MONTHS = 12  # simulated
LOADS = (
    ("inbound message", scene.messages),
    ("  first of a talk", scene.first_messages),
    ("inbound voice", scene.calls),
)


def new_database(name: str) -> str:
    """A new database of the cluster that scripts/with-postgres has started."""
    cluster = make_url(os.environ["TESA_TEST_DATABASE_URL"])
    with psycopg.connect(cluster.set(drivername="postgresql").render_as_string(False), autocommit=True) as admin:
        admin.execute(f"create database {name}")
    return cluster.set(database=name).render_as_string(False)


def show(label: str, seen: load.Seen, floor: load.Seen | None = None) -> None:
    """One line of figures."""
    share = f"   {seen.rate / floor.rate:5.2f} of the floor" if floor else ""
    lost = f"   {seen.failures} FAILED" if seen.failures else ""
    print(
        f"  {label:22} {seen.rate:8.0f} /s   p50 {seen.p50:7.2f} ms   p99 {seen.p99:7.2f} ms{share}{lost}", flush=True
    )


def floor(settings: Settings, env: dict[str, str]) -> load.Seen:
    """The bare application: signature and one row."""
    with psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("create table floor_row (id uuid primary key, sender text, body text, at timestamptz)")
    port = servers.free_port()
    with servers.gunicorn("bench.floor:app", port, env):
        load.run(scene.messages(settings, WARM_UP), port, CONNECTIONS, SECONDS)
        return load.run(scene.messages(settings, MOST), port, CONNECTIONS, SECONDS)


def webhooks() -> None:
    """Requests a second of both hot webhooks on PostgreSQL, gunicorn gthread 2 × 8, beside the floor."""
    print(f"Webhooks, PostgreSQL, gthread 2x8, {CONNECTIONS} connections, {SECONDS:.0f} s each:", flush=True)
    with scene.installation(new_database("bench_webhooks")) as (_, settings):
        env = environment(settings)
        ground = floor(settings, env)
        show("floor", ground)
        for label, requests in LOADS:
            port = servers.free_port()
            with servers.gunicorn("wsgi:app", port, env):
                load.run(requests(settings, WARM_UP), port, CONNECTIONS, SECONDS)
                show(label, load.run(requests(settings, MOST), port, CONNECTIONS, SECONDS), ground)


def milliseconds_on_duty(app: Flask) -> float:
    """Median of asking who is on shift now."""
    times = []
    with app.app_context():
        for _ in range(300):
            began = time.perf_counter()
            on_duty("hotline", clock.now())
            times.append(time.perf_counter() - began)
            db.session.rollback()
    return statistics.median(times) * 1000


def rota() -> None:
    """ "Who is on shift" must not grow with the length of the rota."""
    print("Who is on shift (median of 300):")
    with tempfile.TemporaryDirectory() as folder:
        for label, url in (("PostgreSQL", new_database("bench_rota")), ("SQLite", f"sqlite:///{folder}/rota.db")):
            with scene.installation(url) as (app, _):
                scene.fill_rota(app, 20 - scene.PSYCHOLOGISTS)
                few = milliseconds_on_duty(app)
                scene.fill_rota(app, 20_000 - 20)
                many = milliseconds_on_duty(app)
                print(f"  {label:22} {few:.2f} ms of 20 assignments, {many:.2f} ms of 20,000", flush=True)


def first_ring() -> None:
    """Seconds from the voice webhook to the first telephone that rings, with web and worker as an operator runs them."""
    with ExitStack() as stack:
        carrier = stack.enter_context(Carrier())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = servers.free_port()
        changes = {"port": port, "public_url": f"http://127.0.0.1:{port}", "twilio_api_base_url": carrier.url}
        _, settings = stack.enter_context(scene.installation(f"sqlite:///{folder}/tesa.db", **changes))
        env = environment(settings)
        processes = {what: stack.enter_context(servers.tesa(what, env)) for what in ("web", "worker")}
        servers.wait_for(f"{settings.public_url}/readyz")
        waits = [_ring(carrier, settings, f"+62813100000{number:02d}") for number in range(CALLS_TO_RING)]
        print(
            f"First ring at the carrier ({CALLS_TO_RING} calls, one after the other; the ladder says {FIRST_RING_AT} s):"
        )
        print(f"  {'voice webhook':22} answered after {max(w[0] for w in waits) * 1000:.0f} ms at most")
        print(f"  {'first ring':22} {', '.join(f'{w[1]:.2f}' for w in waits)} s")
        weights = {what: servers.megabytes(started.pid) for what, started in processes.items()}
        print(f"Memory after these calls (PSS, SQLite): {sum(weights.values()):.0f} MB =", end=" ")
        print(" + ".join(f"{what} {megabytes:.0f}" for what, megabytes in weights.items()))


def _ring(carrier: Carrier, settings: Settings, caller: str) -> tuple[float, float]:
    """Let one call in and, once a telephone rings, hang up: seconds until the webhook was answered and until it rang."""
    sid, known = new_sid("CA"), len(carrier.rung)
    began = time.monotonic()
    seen = load.run([scene.call(settings, caller, sid)], settings.port, 1, 10)
    answered = seen.p50 / 1000
    while len(carrier.rung) == known and time.monotonic() - began < 20:
        time.sleep(0.005)
    if len(carrier.rung) == known or seen.failures:
        raise TimeoutError("no telephone rang")
    rang = carrier.rung[known][0] - seen.ended_at + answered
    load.run([scene.hang_up(settings, caller, sid)], settings.port, 1, 10)
    time.sleep(2)  # the other telephones are told to stop
    return answered, rang


def main() -> None:
    """All figures."""
    print(f"{os.cpu_count()} cores; PostgreSQL on a local socket, fsync {'on' if _durable() else 'off'}")
    sealing()
    webhooks()
    webhook_times(new_database("bench_hotline"))
    rota()
    first_ring()
    answer(MONTHS)


def _durable() -> bool:
    return bool(os.environ.get("TESA_POSTGRES_DURABLE"))


if __name__ == "__main__":
    main()
