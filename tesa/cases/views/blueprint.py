"""The one blueprint of cases. Its pages are in the modules beside this one."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cases", "tesa.cases", template_folder="templates")
