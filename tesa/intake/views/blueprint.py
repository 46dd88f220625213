"""The blueprint of intake's pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("intake", __name__, template_folder="../templates")
