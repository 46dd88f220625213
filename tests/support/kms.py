"""AWS KMS on loopback: moto's, over real HTTP. It checks the encryption context; a layer before it can be away.

Where a blob is damaged or of another key, moto denies access; KMS itself calls such a ciphertext invalid, and so does
the layer.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

REGION = "ap-southeast-3"
Environment = dict[str, Any]
MOTO_DENIES = b"AccessDeniedException"


class Kms:
    """A KMS of one's own; `refuses_with` (status, code) stands for every trouble it can have, `delay` for slowness."""

    def __init__(self) -> None:
        self.refuses_with: tuple[int, str] | None = None
        self.delay = 0.0
        self.asked: list[str] = []
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Its endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def new_key(self) -> str:
        """A fresh key; its ARN."""
        client = boto3.session.Session(
            region_name=REGION, aws_access_key_id="of-the-tests", aws_secret_access_key="of-the-tests"
        ).client("kms", endpoint_url=self.url)
        arn: str = client.create_key()["KeyMetadata"]["Arn"]
        return arn

    def switch_on(self) -> None:
        """Listen, at the same port as before."""
        self._server = make_server("127.0.0.1", self.port, self._answer, threaded=True)
        self.port = self._server.port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def switch_off(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _answer(self, environ: Environment, start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ.get("HTTP_X_AMZ_TARGET", ""))
        time.sleep(self.delay)
        if self.refuses_with is not None:
            status, code = self.refuses_with
            return _refusal(start, f"{status} No", code)
        seen: dict[str, Any] = {}

        def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            seen.update(status=status, headers=headers)

        body = b"".join(self._moto(environ, note))
        if MOTO_DENIES in body:
            return _refusal(start, "400 Bad Request", "InvalidCiphertextException")
        start(seen["status"], seen["headers"])
        return [body]

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(self, *_: object) -> None:
        self.switch_off()


def _refusal(start: Callable[..., Any], status: str, code: str) -> list[bytes]:
    body = json.dumps({"__type": code, "message": code}).encode()
    start(status, [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))])
    return [body]
