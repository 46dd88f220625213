"""Processes under measurement: started, waited for, weighed, stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

GUNICORN = (
    "--worker-class",
    "gthread",
    "--workers",
    "2",
    "--threads",
    "8",
    "--no-control-socket",
    "--log-level",
    "error",
)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextlib.contextmanager
def process(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` as a process group of its own, and end all of it afterwards."""
    started = subprocess.Popen(command, env={**os.environ, **env}, start_new_session=True)
    try:
        yield started
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGTERM)
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


@contextlib.contextmanager
def gunicorn(application: str, port: int, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Serve `application` on `port` with two processes of eight threads."""
    command = [sys.executable, "-m", "gunicorn", application, *GUNICORN, "--bind", f"127.0.0.1:{port}"]
    with process(command, env) as started:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield started


def tesa(what: str, env: dict[str, str]) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """`tesa web`, `tesa worker` or `tesa run` as an operator starts it."""
    return process([sys.executable, "-m", "tesa", what], env)


def wait_for(url: str, seconds: float = 30) -> None:
    """Until `url` answers 200. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(url)


def family(pid: int) -> list[int]:
    """`pid` and all processes below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def megabytes(pid: int) -> float:
    """Memory of `pid` and its children: proportional set size, so that shared pages count once."""
    kilobytes = 0
    for member in family(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024
