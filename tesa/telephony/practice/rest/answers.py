"""What all REST resources share: the account's credentials, errors in Twilio's shape, lists, and reading parameters."""

import hmac
from collections.abc import Iterable
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, request

from tesa.telephony.practice.line import Line

API = "2010-04-01"
Json = dict[str, Any]
LARGEST_PAGE = 1000


class Refused(Exception):
    """A REST call that Twilio would refuse."""

    def __init__(self, status: int, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


def line() -> Line:
    """The practice line that this application serves."""
    return cast("Line", current_app.extensions["practice"])


def rest_blueprint(name: str, under: str = "/<account>") -> Blueprint:
    """A blueprint for resources under an account: credentials are checked, refusals become Twilio's JSON, calls are logged."""
    blueprint = Blueprint(f"rest_{name}", __name__, url_prefix=f"/{API}/Accounts{under}")
    blueprint.url_value_preprocessor(_without_account)
    blueprint.before_request(_check_credentials)
    blueprint.after_request(_log)
    blueprint.register_error_handler(Refused, _refuse)
    return blueprint


def _without_account(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The account is checked for all; no view takes it."""
    if values is not None:
        request.environ["practice.account"] = values.pop("account", "")


def _check_credentials() -> None:
    config = line().config
    given = request.authorization
    name, word = (given.username or "", given.password or "") if given and given.type == "basic" else ("", "")
    if not hmac.compare_digest(name.encode(), config.account_sid.encode()) or not hmac.compare_digest(
        word.encode(), config.auth_token.encode()
    ):
        raise Refused(401, 20003, "Authenticate")
    if request.environ["practice.account"] != config.account_sid:
        raise Refused(404, 20404, f"The requested resource {request.path} was not found")


def _log(response: Response) -> Response:
    path = request.path.split(line().config.account_sid)[-1]
    line().exchange.journal.write("rest", f"← {request.method} {path} {response.status_code}")
    return response


def _refuse(error: Refused) -> tuple[Response, int]:
    info = f"https://www.twilio.com/docs/errors/{error.code}"
    body = {"code": error.code, "message": str(error), "more_info": info, "status": error.status}
    return jsonify(body), error.status


def missing(what: str) -> Refused:
    """The refusal for something that is not there."""
    return Refused(404, 20404, f"The requested resource {what} was not found")


def uri(rest: str) -> str:
    """The path of a resource of this account."""
    return f"/{API}/Accounts/{line().config.account_sid}/{rest}"


def page(key: str, items: Iterable[Json], path: str) -> Response:
    """A list in Twilio's shape; everything fits on one page."""
    entries = list(items)[:LARGEST_PAGE]
    return jsonify(
        {
            key: entries,
            "page": 0,
            "page_size": LARGEST_PAGE,
            "start": 0,
            "end": max(len(entries) - 1, 0),
            "uri": uri(path),
            "first_page_uri": uri(f"{path}?PageSize={LARGEST_PAGE}&Page=0"),
            "next_page_uri": None,
            "previous_page_uri": None,
        }
    )


def given(name: str, default: str = "") -> str:
    """A form parameter."""
    return request.form.get(name, default)


def given_whole(name: str, default: int, least: int, most: int) -> int:
    """A whole-number form parameter held between two bounds. Raises Refused 20001 when it is no number."""
    text = request.form.get(name)
    if text is None:
        return default
    try:
        return min(max(int(text), least), most)
    except ValueError as error:
        raise Refused(400, 20001, f"Invalid parameter {name}") from error


def given_yes(name: str) -> bool | None:
    """A true/false form parameter; None when it is not given."""
    text = request.form.get(name)
    return None if text is None else text.strip().lower() == "true"
