"""A bucket on loopback: moto's S3, over real HTTP. It can be away."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any, Self

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from tesa.core.outside import Bucket

REGION = "ap-southeast-3"


class S3:
    """An S3 of one's own, with one bucket."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self.port = 0
        self._name = f"dokumen-{secrets.token_hex(4)}"  # moto keeps buckets for the whole process
        self.meanwhile: Callable[[], None] | None = None  # done while an object is being put

    @property
    def bucket(self) -> Bucket:
        """The bucket as the settings name it."""
        return Bucket(self._name, f"http://127.0.0.1:{self.port}", REGION, "of-the-tests", "of-the-tests")

    def client(self) -> Any:
        """Somebody who looks into the bucket."""
        bucket = self.bucket
        session = boto3.session.Session(
            region_name=REGION, aws_access_key_id=bucket.key_id, aws_secret_access_key=bucket.key_secret
        )
        return session.client("s3", endpoint_url=bucket.endpoint)

    def switch_on(self) -> None:
        """Listen, at the same port as before."""
        self._server = make_server("127.0.0.1", self.port, self._answer, threaded=True)
        self.port = self._server.port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT" and self.meanwhile is not None:
            doing, self.meanwhile = self.meanwhile, None
            doing()
        answer: Iterable[bytes] = self._moto(environ, start)
        return answer

    def switch_off(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.switch_on()
        self.client().create_bucket(Bucket=self.bucket.name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return self

    def __exit__(self, *_: object) -> None:
        self.switch_off()
