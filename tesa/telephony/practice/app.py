"""The practice line as a web application, and the small server that carries it."""

import logging
import signal
import threading

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.serving import WSGIRequestHandler, make_server

from tesa.telephony.practice import client_phone, control, page
from tesa.telephony.practice.config import PracticeConfig
from tesa.telephony.practice.guard import harden
from tesa.telephony.practice.line import make_line
from tesa.telephony.practice.rest import account, calls, conferences, messages, queues

LARGEST_REQUEST = 1024 * 1024
STACK_BYTES = 512 * 1024


def create_practice_app(config: PracticeConfig) -> Flask:
    """The practice line for `config`: REST interface, control interface and page."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.jinja_env.undefined = StrictUndefined
    app.extensions["practice"] = make_line(config)
    for part in (page, control, client_phone, account, calls, queues, conferences, messages):
        app.register_blueprint(part.blueprint)
    app.after_request(harden)
    return app


class _Quiet(WSGIRequestHandler):
    """The page asks once a second; only faults are worth a line, and never the address with its numbers."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing about a request that was answered."""


def serve(config: PracticeConfig) -> None:
    """Run the practice line on 127.0.0.1 until SIGTERM or SIGINT.

    One process holds all calls, so this is a plain threaded server and not a pool of workers; it is bound to this machine.
    """
    logging.basicConfig(level=logging.WARNING)
    threading.stack_size(STACK_BYTES)
    server = make_server("127.0.0.1", config.port, create_practice_app(config), threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.serve_forever()
    server.server_close()
