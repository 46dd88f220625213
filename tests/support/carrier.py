"""A carrier that accepts every REST call and writes down when each telephone began to ring."""

from __future__ import annotations

import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs

NOW = "Tue, 24 Nov 2026 03:10:00 +0000"


class Carrier(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1; `rung` holds (instant of time.monotonic, number), `texts` (number, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.rung: list[tuple[float, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.numbers = itertools.count(1)

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Desk(BaseHTTPRequestHandler):
    """Answers as api.twilio.com does, as far as TeSA looks."""

    protocol_version = "HTTP/1.1"
    server: Carrier

    def do_POST(self) -> None:
        """Create or change a call, a message, a queue's member."""
        arrived = time.monotonic()
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        resource = self.path.rpartition("/")[2].partition(".")[0]
        if resource == "Calls":
            self.server.rung.append((arrived, form["To"][0]))
        elif resource == "Messages":
            self.server.texts.append((form["To"][0], form["Body"][0]))
        prefix = "SM" if resource == "Messages" else "CA"
        self.say(201, {"sid": f"{prefix}{next(self.server.numbers):032x}", "status": "queued", "date_created": NOW})

    def do_GET(self) -> None:
        """How does a call fare? It rings."""
        self.say(200, {"sid": self.path.rpartition("/")[2].partition(".")[0], "status": "ringing"})

    def say(self, status: int, content: dict[str, str]) -> None:
        """Answer with JSON."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
