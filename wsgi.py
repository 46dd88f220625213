"""The WSGI entry: `gunicorn wsgi:app`."""

from __future__ import annotations

import os
import sys

from config import Settings
from tesa.app import create_app, refuse_wrong_keys
from tesa.core import logs
from tesa.web.stream.setup import close_when_told

logs.set_up()
sys.setswitchinterval(0.001)  # so that a short answer need not wait for the long ones of many threads
app = create_app(Settings.from_env(os.environ), threads=True)
refuse_wrong_keys(app)
close_when_told(app)
