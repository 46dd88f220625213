"""Static files. They are built by `frontend/` and committed; each has a hash in its name, so browsers keep them for ever.

Large ones lie packed beside the plain ones; whoever accepts gzip gets those.
"""

from __future__ import annotations

import json
import mimetypes
from functools import cache
from pathlib import Path

from flask import Response, abort, request, send_from_directory, url_for

DIST = Path(__file__).parent / "static" / "dist"
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def manifest() -> dict[str, str]:
    """The built files: plain name -> name with hash."""
    names: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    return names


def asset(name: str) -> str:
    """The address of a built file, such as `tesa.js`. Raises KeyError for a name that was not built."""
    return url_for("web.static", filename=manifest()[name])


def static(filename: str) -> Response:
    """One built file, kept by browsers for ever. 404 for anything else."""
    packed = f"{filename}.gz"
    if (DIST / packed).is_file() and request.accept_encodings["gzip"] > 0:
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response = send_from_directory(DIST, packed, mimetype=kind)
        response.headers["Content-Encoding"] = "gzip"
    elif filename.endswith(".gz") or filename == "manifest.json":
        abort(404)
    else:
        response = send_from_directory(DIST, filename)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER
    return response
