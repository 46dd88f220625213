"""The WSGI entry: `gunicorn wsgi:app`."""

from __future__ import annotations

import os

from config import Settings
from tesa.app import create_app, refuse_wrong_keys
from tesa.core import logs

logs.set_up()
app = create_app(Settings.from_env(os.environ), threads=True)
refuse_wrong_keys(app)
