"""The blueprint that all pages of accounts belong to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", "tesa.accounts", template_folder="templates")
