"""Streams put into an application, and out of it again when its process has to stop."""

from __future__ import annotations

import select
import signal
import socket
import threading
from collections.abc import Mapping
from types import FrameType
from typing import Any

from flask import Flask, current_app

from tesa.core.news import TopicOf, init_news
from tesa.web.stream.hub import Hub, Living, watch
from tesa.web.stream.sources import OwnSource, source_for

KEPT_FREE = 24  # threads of a web process that no stream may take


def init_stream(app: Flask, url: str, topic_of: TopicOf, living: Living, *, most: int, threads: bool) -> None:
    """Give `app` a hub for at most `most` streams and let it hear news.

    `living(sessions)`: those of them in which something may still be shown. Without `threads` nobody watches sessions
    and no other process is heard.
    """
    hub = Hub(most)
    source = source_for(hub, url) if threads else OwnSource(hub)
    app.extensions["tesa_hub"] = hub
    init_news(app, topic_of, source.tell)
    if threads:
        source.start()
        threading.Thread(target=watch, args=(hub, living), name="streams", daemon=True).start()


def hub() -> Hub:
    """The hub of the running application."""
    found: Hub = current_app.extensions["tesa_hub"]
    return found


def close_when_told(app: Flask) -> None:
    """On SIGTERM end the streams as well, so that the web server need not wait for them. For its main thread."""
    ours: Hub = app.extensions["tesa_hub"]
    servers = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        ours.closing = True
        threading.Thread(target=ours.close, name="closing").start()  # a handler may not wait for a lock
        if callable(servers):
            servers(number, frame)

    if callable(servers):  # under a web server; anywhere else the signal goes on meaning what it means
        signal.signal(signal.SIGTERM, stop)


def hung_up(environ: Mapping[str, Any]) -> bool:
    """Has the browser (or the proxy, for it) closed the connection of this request? False where we cannot know."""
    connection = environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        return False
    try:
        poll = select.poll()
        poll.register(connection, select.POLLIN | select.POLLHUP)
        ready = poll.poll(0)
        return bool(ready) and not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except (OSError, ValueError):
        return True  # closed on our side already
