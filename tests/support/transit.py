"""A small transit engine of HashiCorp Vault on loopback: real AES-256-GCM with associated data, versions, token, seal.

It can be sealed, be switched off and on at the same port, answer anything, or be slow. Written after Vault's API
documentation, and it shares no code with TeSA.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "hvs.a-token-that-only-the-tests-know"


class Transit:
    """Keys by name, each a list of versions (the first is version 1). `asked` counts requests, by their last but one word."""

    def __init__(self, *names: str, mount: str = "transit") -> None:
        self.keys = {name: [os.urandom(32)] for name in names or ("tesa",)}
        self.mount, self.token = mount, TOKEN
        self.sealed = self.ignores_associated_data = False
        self.oldest = 1  # min_decryption_version
        self.answers_with: tuple[int, bytes] | None = None
        self.delay = 0.0
        self.asked: list[str] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def rotate(self, name: str = "tesa") -> None:
        """What `vault write -f transit/keys/<name>/rotate` does."""
        self.keys[name].append(os.urandom(32))

    def switch_on(self) -> None:
        """Listen."""
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def switch_off(self) -> None:
        """Hang up on everybody and stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(self, *_: object) -> None:
        self.switch_off()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, transit: Transit) -> None:
        super().__init__(("127.0.0.1", transit.port), _Desk)
        self.transit = transit
        self.connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has gone already


class _Refused(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        self.status, self.errors = status, list(errors)


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    server: _Server

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))

    def _answer(self, body: dict[str, Any]) -> None:
        transit = self.server.transit
        time.sleep(transit.delay)
        if transit.answers_with is not None:
            self._say(*transit.answers_with)
            return
        try:
            status, content = 200, {"data": self._data(transit, body)}
        except _Refused as refused:
            status, content = refused.status, {"errors": refused.errors}
        self._say(status, json.dumps(content).encode())

    def _data(self, transit: Transit, body: dict[str, Any]) -> dict[str, Any]:
        if transit.sealed:
            raise _Refused(503, "Vault is sealed")
        if self.headers.get("X-Vault-Token") != transit.token:
            raise _Refused(403, "permission denied")
        words = self.path.strip("/").split("/")
        if len(words) != 4 or words[:2] != ["v1", transit.mount]:
            raise _Refused(404, "no handler for route")
        what, name = words[2:]
        transit.asked.append(what)
        versions = transit.keys.get(name)
        if what == "keys" and self.command == "GET":
            if versions is None:
                raise _Refused(404)
            return {"name": name, "type": "aes256-gcm96", "latest_version": len(versions)}
        if versions is None:
            raise _Refused(400, "encryption key not found")
        bound = b"" if transit.ignores_associated_data else _decoded(body.get("associated_data", ""))
        if what == "encrypt":
            nonce = os.urandom(12)
            sealed = nonce + AESGCM(versions[-1]).encrypt(nonce, _decoded(body["plaintext"]), bound)
            return {"ciphertext": f"vault:v{len(versions)}:{base64.b64encode(sealed).decode()}"}
        if what == "decrypt":
            return {"plaintext": base64.b64encode(_opened(transit, versions, body["ciphertext"], bound)).decode()}
        raise _Refused(404, "unsupported path")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise _Refused(400, "failed to base64-decode") from None


def _opened(transit: Transit, versions: list[bytes], text: str, bound: bytes) -> bytes:
    parts = text.split(":")
    if len(parts) != 3 or parts[0] != "vault" or not parts[1].startswith("v") or not parts[1][1:].isdecimal():
        raise _Refused(400, "invalid ciphertext: no prefix")
    version = int(parts[1][1:])
    if not transit.oldest <= version <= len(versions):
        raise _Refused(400, "invalid ciphertext: version is too new or too old")
    sealed = _decoded(parts[2])
    try:
        return AESGCM(versions[version - 1]).decrypt(sealed[:12], sealed[12:], bound)
    except (InvalidTag, ValueError):
        raise _Refused(400, "cipher: message authentication failed") from None
