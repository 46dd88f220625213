"""Turns what acts raise, and what HTTP refuses, into calm answers: a page, a message for htmx, JSON for a script, one
line for Twilio. Never a stack trace, and every 404 has the same bytes, whatever was asked for.
"""

from __future__ import annotations

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from tesa.core.errors import Refusal
from tesa.core.vault import KeysAway, Shredded
from tesa.web.fragments import from_htmx, is_poll
from tesa.web.preferences import chosen_on_device

KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
MACHINES = ("/twilio/", "/healthz", "/readyz", "/metrics")


def words(status: int) -> tuple[str, str]:
    """Title and sentence for a status."""
    texts = {
        400: (
            _("Permintaan tidak terbaca"),
            _("Ada bagian yang rusak atau kurang. Muat ulang halaman, lalu coba lagi."),
        ),
        401: (_("Silakan masuk"), _("Sesi Anda sudah berakhir. Masuk lagi untuk melanjutkan.")),
        403: (_("Tidak diizinkan"), _("Anda tidak dapat melakukan ini.")),
        404: (_("Tidak ditemukan"), _("Halaman ini tidak ada, atau tidak untuk Anda.")),
        405: (_("Tidak bisa dengan cara itu"), _("Alamat ini tidak menerima cara permintaan tersebut.")),
        409: (_("Sudah berubah"), _("Seseorang lebih dulu, atau isinya sudah berubah. Muat ulang halaman.")),
        410: (_("Sudah dihapus"), _("Isi ini sudah dihapus menurut aturan penyimpanan.")),
        413: (_("Terlalu besar"), _("Kiriman ini melebihi batas. Kirim yang lebih kecil.")),
        415: (_("Bentuk kiriman tidak dikenal"), _("Kiriman ini tidak dalam bentuk yang diterima di sini.")),
        422: (_("Belum bisa disimpan"), _("Periksa isian, lalu coba lagi.")),
        429: (_("Terlalu sering"), _("Tunggu sebentar, lalu coba lagi.")),
        503: (_("Sebentar lagi kembali"), _("Layanan sedang tidak siap. Coba lagi sebentar lagi.")),
    }
    broken = (_("Ada gangguan"), _("Kesalahan ada pada kami dan sudah dicatat. Coba lagi sebentar lagi."))
    return texts.get(status, texts[400] if status < 500 else broken)


def answer(status: int, sentence: str = "") -> AnyResponse:
    """The answer for `status`, in the form that the asker can use. `sentence` replaces the usual one, except for 404."""
    if request.path.startswith(MACHINES):
        return Response(f"{status}\n", status, mimetype="text/plain")
    title, usual = words(status)
    text = usual if status == 404 or not sentence else sentence
    if from_htmx():
        return _for_htmx(status, text)
    if request.accept_mimetypes.best == "application/json":
        return _with_status(jsonify(error=text), status)
    page = render_template("web/error.html", status=status, title=title, text=text, language=str(get_locale()))
    return Response(page, status)


def _for_htmx(status: int, text: str) -> AnyResponse:
    if is_poll():  # nobody asked, so nobody is told; the sign in the header shows that the page has stopped moving
        return Response(status=status, headers={"HX-Reswap": "none"})
    return Response(render_template("web/_toasts.html", messages=[("error", text)]), status)


def _with_status(response: Response, status: int) -> Response:
    response.status_code = status
    return response


def refused(error: Refusal) -> AnyResponse:
    """An act refused: its own sentence, its own status."""
    return answer(error.status, error.sentence)


def gone(error: Shredded) -> AnyResponse:
    """What was asked for was destroyed on purpose: no fault, and nothing to try again."""
    return answer(410)


def keys_away(error: KeysAway) -> AnyResponse:
    """What is sealed cannot be opened at the moment; nothing is lost, and what comes in is kept."""
    with force_locale(chosen_on_device() or "id"):  # the account may not be readable now
        response = answer(
            503,
            _(
                "Layanan kunci sedang tidak terjangkau, jadi yang tersegel belum dapat dibuka. Tidak ada yang hilang: "
                "telepon dan pesan tetap diterima dan disimpan. Coba lagi sebentar lagi."
            ),
        )
    response.headers["Retry-After"] = "10"
    return response


def csrf_failed(error: CSRFError) -> AnyResponse:
    """A form without, or with another person's, token."""
    return answer(403, _("Formulir ini sudah kedaluwarsa. Muat ulang halaman, lalu kirim lagi."))


def http_error(error: HTTPException) -> AnyResponse | HTTPException:
    """What the router or an `abort` says. Redirects and ready-made responses pass unchanged."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if error.code < 500:
        response = answer(error.code)
    else:  # the account may not be readable now, so the language is not looked up there
        with force_locale(chosen_on_device() or "id"):
            response = answer(error.code)
    given = error.get_response().headers
    response.headers.extend({name: given[name] for name in KEPT_HEADERS if name in given})
    return response


def init_errors(app: Flask) -> None:
    """Answer all errors of `app` here."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(Shredded, gone)
    app.register_error_handler(KeysAway, keys_away)
    app.register_error_handler(CSRFError, csrf_failed)
    app.register_error_handler(HTTPException, http_error)
