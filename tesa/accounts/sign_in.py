"""Flask-Login, kept behind this thin module."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager

from tesa.accounts.sessions import load_principal


def init_sign_in(app: Flask) -> None:
    """Let `current_user` be the Principal of the request's session."""
    manager = LoginManager()
    manager.session_protection = None  # sessions are ours: rows that can be listed and ended
    manager.init_app(app, add_context_processor=False)
    manager.request_loader(load_principal)
