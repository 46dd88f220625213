"""The account itself, and everything of it that the practice line does not know."""

from flask import Response, jsonify, request

from tesa.telephony.practice.rest.answers import line, missing, rest_blueprint, uri

blueprint = rest_blueprint("account", under="")


@blueprint.get("/<account>.json")
def fetch() -> Response:
    """The account."""
    sid = line().config.account_sid
    return jsonify(
        {
            "sid": sid,
            "friendly_name": "Jalur latihan · Practice line",
            "status": "active",
            "type": "Full",
            "owner_account_sid": sid,
            "uri": uri("").removesuffix("/") + ".json",
        }
    )


@blueprint.route("/<account>/<path:rest>", methods=["GET", "POST", "DELETE"])
def unknown(rest: str) -> Response:
    """A resource that Twilio has and the practice line has not: said aloud, so that nobody takes it for done."""
    line().exchange.journal.fault(20404, f"{request.method} {rest}: tidak dikenal di sini · unknown here")
    raise missing(rest)
