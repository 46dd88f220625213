"""A load generator in a process of its own: keep-alive connections, one request in flight on each, ready-made bytes.

`python -m bench.load PORT CONNECTIONS SECONDS` reads a pickled list of requests from standard input, sends each at most
once to 127.0.0.1:PORT, stops after SECONDS or when the list is used up, and prints what it saw as JSON.
"""

from __future__ import annotations

import itertools
import json
import pickle
import re
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Seen:
    """What one run showed: requests answered 2xx per second, latencies in milliseconds, and time.monotonic() at its end."""

    requests: int
    failures: int
    seconds: float
    rate: float
    p50: float
    p99: float
    ended_at: float


def post(path: str, form_body: bytes, signature: str) -> bytes:
    """The bytes of one signed webhook."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(form_body)}\r\n\r\n"
    )
    return head.encode() + form_body


def run(requests: list[bytes], port: int, connections: int, seconds: float) -> Seen:
    """Start the generator, wait for its end, give what it saw."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(port), str(connections), str(seconds)],
        input=pickle.dumps(requests),
        stdout=subprocess.PIPE,
        check=True,
        timeout=seconds + 60,
    )
    return Seen(**json.loads(done.stdout))


class Line:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        """Begin the next request."""
        self.answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; True when the answer is whole."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.answer += piece
        head, separator, body = self.answer.partition(b"\r\n\r\n")
        if not separator:
            return False
        length = LENGTH.search(head)
        if length is None:
            return head.startswith(b"HTTP/1.1 204")
        return len(body) >= int(length[1])

    @property
    def good(self) -> bool:
        """Was the answer a 2xx?"""
        return self.answer.startswith(b"HTTP/1.1 2")


def measure(requests: list[bytes], port: int, connections: int, seconds: float) -> Seen:
    """Send and time; see the module."""
    waiting = iter(requests)
    chooser = selectors.DefaultSelector()
    times: list[float] = []
    failures = 0
    began = time.perf_counter()
    for request in itertools.islice(waiting, connections):
        line = Line(port)
        chooser.register(line.socket, selectors.EVENT_READ, line)
        line.send(request)
    while chooser.get_map():
        for key, _ in chooser.select(timeout=30) or _nobody_answers():
            line = key.data
            if not line.receive():
                continue
            now = time.perf_counter()
            times.append(now - line.sent_at)
            failures += not line.good
            request = next(waiting, None) if now - began < seconds else None
            if request is None:
                chooser.unregister(line.socket)
                line.socket.close()
            else:
                line.send(request)
    return summary(times, failures, time.perf_counter() - began, time.monotonic())


def _nobody_answers() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError("no answer for 30 seconds")


def summary(times: list[float], failures: int, seconds: float, ended_at: float) -> Seen:
    """Rate and percentiles of latencies given in seconds."""
    ordered = sorted(times)
    at = lambda share: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)  # noqa: E731
    good = len(ordered) - failures
    return Seen(len(ordered), failures, round(seconds, 2), round(good / seconds, 1), at(0.50), at(0.99), ended_at)


if __name__ == "__main__":
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    print(json.dumps(asdict(measure(pickle.load(sys.stdin.buffer), port, connections, seconds))))
