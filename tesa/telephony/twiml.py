"""Plans into TwiML, by Twilio's own library, so that names and attributes are theirs."""

from __future__ import annotations

import re
from functools import singledispatch
from typing import Any

from flask import Response
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, VoiceResponse
from twilio.twiml.voice_response import Gather as GatherElement

from tesa.telephony import plans
from tesa.telephony.gateway import ROOM_EVENTS

VOICES = {"id-ID": "Google.id-ID-Wavenet-A", "en-US": "Google.en-US-Wavenet-C"}
CONFERENCE_EVENTS = " ".join(ROOM_EVENTS)
# Characters XML 1.0 cannot carry; a name with one of them must not silence a whole document.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(plan: plans.Plan) -> str:
    """The voice or messaging document for `plan`; an empty plan is an empty `<Response/>`."""
    if any(isinstance(verb, plans.Reply) for verb in plan):
        return _messaging(plan)
    response = VoiceResponse()
    for verb in plan:
        _add(verb, response)
    return str(response)


def response(plan: plans.Plan = ()) -> Response:
    """The HTTP answer to Twilio for `plan`."""
    return Response(render(plan), content_type="text/xml; charset=utf-8")


def _messaging(plan: plans.Plan) -> str:
    document = MessagingResponse()
    for verb in plan:
        if not isinstance(verb, plans.Reply):
            raise TypeError(f"{type(verb).__name__} does not belong into a messaging answer")
        options = {"status_callback": verb.status_url} if verb.status_url else {}
        document.message(_speakable(verb.text), **options)
    return str(document)


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("", text)


@singledispatch
def _add(verb: Any, parent: Any) -> None:
    raise TypeError(f"no TwiML for {type(verb).__name__}")


@_add.register
def _(verb: plans.Say, parent: Any) -> None:
    parent.say(_speakable(verb.text), language=verb.language, voice=VOICES[verb.language])


@_add.register
def _(verb: plans.Play, parent: Any) -> None:
    parent.play(verb.url)


@_add.register
def _(verb: plans.PressKeys, parent: Any) -> None:
    parent.play(digits=verb.digits)


@_add.register
def _(verb: plans.Pause, parent: Any) -> None:
    parent.pause(length=verb.seconds)


@_add.register
def _(verb: plans.Gather, parent: Any) -> None:
    gather = GatherElement(
        action=verb.action, method="POST", input="dtmf", num_digits=verb.digits, timeout=verb.timeout, finish_on_key=""
    )
    for prompt in verb.prompts:
        _add(prompt, gather)
    parent.append(gather)


@_add.register
def _(verb: plans.Enqueue, parent: Any) -> None:
    parent.enqueue(verb.queue, action=verb.action, method="POST", wait_url=verb.wait_url, wait_url_method="POST")


@_add.register
def _(verb: plans.JoinConference, parent: Any) -> None:
    dial = Dial(action=verb.action, method="POST", **({"hangup_on_star": True} if verb.star_leaves else {}))
    more: dict[str, Any] = {"muted": True} if verb.muted else {}
    if verb.coach:
        more["coach"] = verb.coach
    if verb.recorded_url:
        more |= {
            "record": "record-from-start",
            "recording_status_callback": verb.recorded_url,
            "recording_status_callback_method": "POST",
        }
    dial.conference(
        verb.room,
        participant_label=verb.label,
        beep="false",
        start_conference_on_enter=verb.starts,
        end_conference_on_exit=verb.ends_room,
        wait_url=verb.wait_url,
        wait_method="POST",
        status_callback=verb.events_url,
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
        **more,
    )
    parent.append(dial)


@_add.register
def _(verb: plans.DialNumbers, parent: Any) -> None:
    dial = Dial(caller_id=verb.caller_id, timeout=verb.timeout, sequential=True)
    for number in verb.numbers:
        dial.number(number, **({"url": verb.screen_url, "method": "POST"} if verb.screen_url else {}))
    parent.append(dial)


@_add.register
def _(verb: plans.Record, parent: Any) -> None:
    told = (
        {"recording_status_callback": verb.told_url, "recording_status_callback_method": "POST"}
        if verb.told_url
        else {}
    )
    parent.record(
        action=verb.action, method="POST", max_length=verb.seconds, play_beep=True, timeout=8, finish_on_key="#", **told
    )


@_add.register
def _(verb: plans.Redirect, parent: Any) -> None:
    parent.redirect(verb.url, method="POST")


@_add.register
def _(verb: plans.Leave, parent: Any) -> None:
    parent.leave()


@_add.register
def _(verb: plans.Hangup, parent: Any) -> None:
    parent.hangup()
