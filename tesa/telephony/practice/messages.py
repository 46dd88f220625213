"""SMS and WhatsApp: what phones write to TeSA, what TeSA writes to phones, and the delivery states in between."""

import json
import math
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tesa.telephony.practice import sids
from tesa.telephony.practice.documents import Document, DocumentFailed, spoken
from tesa.telephony.practice.exchange import Exchange
from tesa.telephony.practice.library import Item, Library
from tesa.telephony.practice.phones import Phone, Text

KEPT = 500
WINDOW_SECONDS = 24 * 3600
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A location message. A dropped pin has neither label nor address."""

    latitude: float
    longitude: float
    label: str = ""
    address: str = ""


@dataclass(eq=False)
class Message:
    """One message of either direction, as the REST interface shows it."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str
    status: str
    callback: str | None = None
    content_sid: str | None = None
    error_code: int | None = None
    created_at: datetime = field(default_factory=sids.now)
    updated_at: datetime = field(default_factory=sids.now)


class Messages:
    """All remembered messages, and both ways of sending one."""

    def __init__(self, exchange: Exchange, library: Library) -> None:
        self._exchange = exchange
        self._library = library
        self._messages: OrderedDict[str, Message] = OrderedDict()

    def find(self, sid: str) -> Message | None:
        """The message with this SID."""
        with self._exchange.lock:
            return self._messages.get(sid)

    def drop(self, sid: str) -> bool:
        """Delete a message and its media; False when there was none."""
        with self._exchange.lock:
            for item in self._library.of(sid):
                self._library.drop(item.sid)
            return self._messages.pop(sid, None) is not None

    # -- from a phone to TeSA ---------------------------------------------------------------------------------------

    def receive(
        self,
        phone: Phone,
        channel: str,
        body: str,
        *,
        to: str | None = None,
        place: Place | None = None,
        media: tuple[str, bytes] | None = None,
    ) -> Message:
        """A person writes from `phone`: keep the message and bring it to TeSA. `media` is (content type, bytes)."""
        config = self._exchange.config
        ours = to or (config.whatsapp_number if channel == "whatsapp" else config.sms_number)
        from_, to_ = _address(channel, phone.number), _address(channel, ours)
        message = Message(sids.new_sid("MM" if media else "SM"), from_, to_, body, "inbound", "received")
        params = self._inbound_params(message, channel, phone, place)
        with self._exchange.lock:
            self._keep(message)
            if media is not None:
                item = self._library.keep(Item(sids.new_sid("ME"), message.sid, *media))
                params |= {"MediaUrl0": self.media_url(item), "MediaContentType0": item.content_type}
                params |= {"NumMedia": "1", "MessageType": item.content_type.split("/")[0]}
            if channel == "whatsapp":
                phone.last_whatsapp = sids.ticks()
            elif body.strip().upper() in STOP_WORDS | START_WORDS:
                phone.stopped = body.strip().upper() in STOP_WORDS
            note = _note(place, media)
            phone.texts.append(Text(message.sid, channel, "in", body, _stamp(), "received", note))
            self._exchange.lock.notify_all()
        self._exchange.journal.write("message", f"{phone.label} menulis · writes ({channel})")
        self._exchange.courier.post(f"{from_}>{to_}", lambda: self._bring(message, phone, params))
        return message

    def media_url(self, item: Item) -> str:
        """The address from which TeSA fetches a picture (with credentials)."""
        config = self._exchange.config
        return f"{config.own_url}/2010-04-01/Accounts/{config.account_sid}/Messages/{item.owner}/Media/{item.sid}"

    def _inbound_params(self, message: Message, channel: str, phone: Phone, place: Place | None) -> dict[str, str]:
        params = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "AccountSid": self._exchange.config.account_sid,
            "From": message.from_,
            "To": message.to,
            "Body": message.body,
            "NumMedia": "0",
            "NumSegments": str(_segments(message.body)),
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        if channel == "whatsapp":
            number = phone.number.lstrip("+")
            params |= {
                "ProfileName": phone.label,
                "WaId": number,
                "MessageType": "location" if place else "text",
                "ReferralNumMedia": "0",
                "ExternalUserId": f"ID.{number}",
                "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {"context": {"ProfileName": phone.label}}}),
            }
        else:
            for side in ("From", "To"):
                params |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": "ID"}
        if place is not None:
            params |= {"Latitude": str(place.latitude), "Longitude": str(place.longitude)}
            params |= {"Label": place.label} if place.label else {}
            params |= {"Address": place.address} if place.address else {}
        return params

    def _bring(self, message: Message, phone: Phone, params: Mapping[str, str]) -> None:
        """Ask the message webhook and carry out its reply."""
        url, method = self._exchange.config.webhook("twilio/message"), "POST"
        for _ in range(MOST_REDIRECTS):
            try:
                answer = self._exchange.postman.send(url, method, params, {})
                document = self._exchange.read(answer, method)
            except DocumentFailed:
                with self._exchange.lock:
                    phone.texts.append(
                        Text("", "note", "out", "TeSA tidak menjawab · TeSA does not answer", _stamp(), "")
                    )
                return
            following = self._carry_out(document, message)
            if following is None:
                return
            url, method = following

    def _carry_out(self, document: Document, message: Message) -> tuple[str, str] | None:
        """Send the messages of a reply; the address to go on with, if it redirects."""
        for verb in document.verbs:
            if verb.tag == "Redirect":
                return document.resolve(spoken(verb)), verb.get("method", "POST").upper()
            if verb.tag not in ("Message", "Say"):
                self._exchange.journal.fault(12200, f"<{verb.tag}> is no messaging verb")
                continue
            inner = verb.find("Body")
            callback = verb.get("statusCallback")
            self.send(
                to=verb.get("to", message.from_),
                from_=verb.get("from", message.to),
                body=spoken(inner) if inner is not None else spoken(verb),
                callback=document.resolve(callback) if callback else None,
            )
        return None

    # -- from TeSA to a phone ---------------------------------------------------------------------------------------

    def send(
        self, to: str, from_: str, body: str, callback: str | None = None, content_sid: str | None = None
    ) -> Message:
        """TeSA writes to a phone: keep the message and deliver it in the background."""
        message = Message(
            sids.new_sid("SM"), from_, to, body, "outbound-api", "queued", callback, content_sid=content_sid
        )
        with self._exchange.lock:
            self._keep(message)
            phone = self._exchange.phones.get(to.removeprefix("whatsapp:"))
        self._exchange.courier.post(f"{from_}>{to}", lambda: self._deliver(message, phone))
        return message

    def _deliver(self, message: Message, phone: Phone) -> None:
        channel = "whatsapp" if message.to.startswith("whatsapp:") else "sms"
        fault = self._obstacle(message, phone, channel)
        self._pause(0.3)
        if fault == 63016:
            self._advance(message, "failed", fault)
            return
        self._advance(message, "sent")
        self._pause(0.4)
        if fault is not None:
            self._advance(message, "undelivered", fault)
            return
        text = Text(message.sid, channel, "out", message.body, _stamp(), "delivered")
        with self._exchange.lock:
            phone.texts.append(text)
            self._exchange.lock.notify_all()
        self._exchange.journal.write("message", f"{phone.label} menerima · receives ({channel})")
        self._advance(message, "delivered")
        if channel == "whatsapp":
            self._pause(1.5)
            text.status = "read"
            self._advance(message, "read")

    def _obstacle(self, message: Message, phone: Phone, channel: str) -> int | None:
        """Twilio's error code where a message cannot arrive, else None."""
        if phone.habit.name == "off":
            return 63024 if channel == "whatsapp" else 30003
        if channel == "whatsapp" and message.content_sid is None:
            last = phone.last_whatsapp
            if last is None or sids.ticks() - last > WINDOW_SECONDS:
                return 63016
        return None

    def _advance(self, message: Message, status: str, error_code: int | None = None) -> None:
        """Give a message its next state and report it where somebody asked for it."""
        with self._exchange.lock:
            message.status, message.error_code, message.updated_at = status, error_code, sids.now()
        if error_code is not None:
            self._exchange.journal.fault(error_code, f"pesan · message {message.sid} {status}")
        if message.callback is None:
            return
        params = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "From": message.from_,
            "To": message.to,
            "AccountSid": self._exchange.config.account_sid,
            "ApiVersion": "2010-04-01",
        }
        if error_code is not None:
            params["ErrorCode"] = str(error_code)
        if message.to.startswith("whatsapp:"):
            params |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": message.to[:-4] + "XXXX"}
            params |= {"StructuredMessage": "false"} if status == "sent" else {}
        elif status == "delivered":
            params["RawDlrDoneDate"] = sids.now().strftime("%y%m%d%H%M")
        try:
            self._exchange.postman.send(message.callback, "POST", params, {})
        except DocumentFailed:
            # The postman has written the fault into the journal; the message itself goes on.
            return

    def _pause(self, seconds: float) -> None:
        time.sleep(seconds * self._exchange.config.pace)

    def _keep(self, message: Message) -> None:
        self._messages[message.sid] = message
        while len(self._messages) > KEPT:
            self._messages.popitem(last=False)


def _address(channel: str, number: str) -> str:
    bare = number.removeprefix("whatsapp:")
    return f"whatsapp:{bare}" if channel == "whatsapp" else bare


def _segments(body: str) -> int:
    """How many SMS a text takes (160/153 characters in the GSM alphabet, taken as ASCII; 70/67 otherwise)."""
    single, joined = (160, 153) if body.isascii() else (70, 67)
    return 1 if len(body) <= single else math.ceil(len(body) / joined)


def _note(place: Place | None, media: tuple[str, bytes] | None) -> str:
    if place is not None:
        named = " – ".join(part for part in (place.label, place.address) if part)
        return f"Lokasi · Location {place.latitude}, {place.longitude} {named}".strip()
    if media is not None:
        return f"Lampiran · Attachment ({media[0]})"
    return ""


def _stamp() -> str:
    return sids.now().isoformat(timespec="milliseconds")
