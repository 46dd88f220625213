"""The blueprint of rota and duty."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("psychologists", __name__, template_folder="templates")
