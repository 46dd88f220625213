"""The exchange: every leg and phone under one lock, and the only two ways a leg's thread waits or is told something."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from tesa.telephony.practice import sids
from tesa.telephony.practice.config import PracticeConfig
from tesa.telephony.practice.courier import Courier
from tesa.telephony.practice.documents import Document, DocumentFailed, Source, read_answer, read_twiml
from tesa.telephony.practice.journal import Journal
from tesa.telephony.practice.legs import FINAL, Bridging, HungUp, Leg, NotConnected, Order, Redirected
from tesa.telephony.practice.phones import E164, Phones
from tesa.telephony.practice.postman import Answer, Postman

KEPT_LEGS = 300
MOST_LIVE = 60
SIP_CODES = {"completed": "200", "busy": "486", "no-answer": "487", "failed": "404", "canceled": "487"}
EVENTS = {"ringing": "ringing", "in-progress": "answered"}


class Full(Exception):
    """More calls at once than the practice line carries."""


class Exchange:
    """Legs and phones, waiting, orders, status and callbacks. Its lock may be taken again by the thread that holds it."""

    def __init__(self, config: PracticeConfig) -> None:
        self.config = config
        self.lock = threading.Condition(threading.RLock())
        self.journal = Journal()
        self.postman = Postman(config, self.journal)
        self.courier = Courier(self.journal)
        self.phones = Phones(config)
        self._legs: OrderedDict[str, Leg] = OrderedDict()

    # -- register ---------------------------------------------------------------------------------------------------

    def add(self, leg: Leg) -> None:
        """Register a leg; raises Full. Old ended legs are forgotten."""
        with self.lock:
            live = sum(not known.ended for known in self._legs.values())
            if live >= MOST_LIVE:
                raise Full(f"{MOST_LIVE} calls at once are the most")
            self._legs[leg.sid] = leg
            for sid in [sid for sid, known in self._legs.items() if known.ended][: max(0, len(self._legs) - KEPT_LEGS)]:
                del self._legs[sid]

    def leg(self, sid: str) -> Leg | None:
        """The leg with this SID, if it is still remembered."""
        with self.lock:
            return self._legs.get(sid)

    def legs(self) -> list[Leg]:
        """All remembered legs, oldest first."""
        with self.lock:
            return list(self._legs.values())

    def live(self, leg: Leg, body: Callable[[], None]) -> None:
        """Start the leg's thread: run `body`, then give the leg its final status whatever happened."""
        threading.Thread(target=self._live, args=(leg, body), name=f"leg {leg.sid}", daemon=True).start()

    def _live(self, leg: Leg, body: Callable[[], None]) -> None:
        status = "failed"
        try:
            body()
            status = "completed"
        except NotConnected as news:
            status = news.status
        except HungUp:
            status = "completed" if leg.answered else "canceled"
        except DocumentFailed as failure:
            leg.note("note", f"Kesalahan aplikasi; telepon diputus · Application error {failure.code}; the call is cut")
            status = "completed" if leg.answered else "failed"
        except Exception:
            self.journal.crash(f"panggilan · call {leg.sid}")
            status = "completed" if leg.answered else "failed"
        finally:
            self.end(leg, status)

    # -- waiting and orders -----------------------------------------------------------------------------------------

    def order(self, leg: Leg, order: Order) -> bool:
        """Tell a leg something; False when its call is over. A hang-up overrides an order not yet obeyed, never the reverse."""
        with self.lock:
            if leg.ended or (leg.order is not None and isinstance(leg.order.news, HungUp)):
                return False
            leg.order = order
            if leg.claim is not None:
                leg.claim(order.queue_result)
                leg.claim = None
            self.lock.notify_all()
            return True

    def hang_up(self, leg: Leg, by: str) -> bool:
        """End a call; `by` is phone | api | line. False when it is over already."""
        return self.order(leg, Order(HungUp(by), "hangup"))

    def redirect(self, leg: Leg, source: Source) -> bool:
        """Send a call to other TwiML. False when it is over already."""
        return self.order(leg, Order(Redirected(source), "redirected"))

    def obey(self, leg: Leg) -> None:
        """Raise the order that waits for this leg, if any (the leg's own thread only)."""
        with self.lock:
            if leg.gives_up_at is not None and sids.ticks() >= leg.gives_up_at:
                leg.gives_up_at = None
                leg.note("you", "Menutup telepon · Hangs up")
                self.hang_up(leg, "phone")
            if leg.order is None:
                return
            news = leg.order.news
            if isinstance(news, Redirected | Bridging):
                leg.order = None
            raise news

    def linger(self, leg: Leg, seconds: float | None, until: Callable[[], bool] | None = None) -> bool:
        """Wait `seconds` of the line (None: without end) or until `until()`; True in the second case.

        Raises the order that reaches the leg meanwhile. `until` is asked under the lock.
        """
        deadline = None if seconds is None else sids.ticks() + seconds * self.config.pace
        with self.lock:
            while True:
                self.obey(leg)
                if until is not None and until():
                    return True
                patience = 1.0 if deadline is None else min(1.0, deadline - sids.ticks())
                if patience <= 0:
                    return False
                if leg.gives_up_at is not None:
                    patience = min(patience, max(leg.gives_up_at - sids.ticks(), 0.001))
                self.lock.wait(patience)

    # -- status -----------------------------------------------------------------------------------------------------

    def move(self, leg: Leg, status: str) -> None:
        """Give a leg its next status and report it where somebody asked for it."""
        with self.lock:
            if leg.ended:
                return
            leg.status = status
            if status == "in-progress":
                leg.answered_at = sids.now()
                leg.answered_tick = sids.ticks()
            self.lock.notify_all()
        self.journal.write("call", f"{leg.phone.label} {leg.phone.number}: {status} ({leg.direction})")
        self._report_progress(leg, EVENTS.get(status, "completed"))

    def begin(self, leg: Leg) -> None:
        """Report that an outgoing call was started (event initiated)."""
        self._report_progress(leg, "initiated", CallStatus="initiated")

    def end(self, leg: Leg, status: str) -> None:
        """Give a leg its final status, free its phone and report it. A second time does nothing."""
        with self.lock:
            if leg.ended:
                return
            if leg.claim is not None:
                leg.claim("hangup")
                leg.claim = None
            if leg.answered_tick is not None:
                leg.duration = max(1, round((sids.ticks() - leg.answered_tick) / self.config.pace))
            leg.ended_at = sids.now()
            leg.order = Order(HungUp("line"), "hangup")
            leg.where, leg.listening, leg.audience = "", False, None
            leg.note("note", f"Panggilan selesai · Call over ({status})")
            if leg.phone.leg is leg:
                leg.phone.leg = None
            leg.phone.last = leg
            if leg.bridge is not None:
                leg.bridge.open = False
        self.move(leg, status)
        if leg.peer is not None:
            self.hang_up(leg.peer, "line")

    def _report_progress(self, leg: Leg, event: str, **changed: str) -> None:
        callbacks = leg.callbacks
        if callbacks is None or event not in callbacks.events:
            return
        with self.lock:
            extra = {
                "Timestamp": sids.rfc2822(sids.now()) or "",
                "CallbackSource": "call-progress-events",
                "SequenceNumber": str(leg.sequence),
            }
            leg.sequence += 1
            if leg.status in FINAL:
                extra["SipResponseCode"] = SIP_CODES[leg.status]
                extra["CallDuration"] = str(leg.duration)
                extra["Duration"] = str(-(-leg.duration // 60))
            params = self.call_params(leg, **extra, **changed)
        self.report(leg.sid, callbacks.url, callbacks.method, params, leg.cookies)

    # -- asking TeSA ------------------------------------------------------------------------------------------------

    def call_params(self, leg: Leg, **extra: str) -> dict[str, str]:
        """The parameters of every request about a call, with `extra` added."""
        params = {
            "CallSid": leg.sid,
            "AccountSid": self.config.account_sid,
            "ApiVersion": "2010-04-01",
            "CallStatus": leg.status,
            "Direction": leg.direction,
            "CallToken": leg.token,
        }
        for name, number in (("From", leg.from_), ("To", leg.to), ("Caller", leg.from_), ("Called", leg.to)):
            params[name] = number
            params[f"{name}City"] = params[f"{name}State"] = params[f"{name}Zip"] = ""
            params[f"{name}Country"] = "ID" if number.startswith("+62") else ""
        if leg.direction == "outbound-api":
            del params["CallToken"]
        if leg.answered_by is not None:
            params["AnsweredBy"] = leg.answered_by
        if leg.parent is not None:
            params["ParentCallSid"] = leg.parent
        return {**params, **extra}

    def report(self, lane: str, url: str, method: str, params: dict[str, str], cookies: dict[str, str]) -> None:
        """Send a callback whose answer does not matter, in the background and in order within its lane."""

        def send() -> None:
            try:
                self.postman.send(url, method, params, cookies)
            except DocumentFailed:
                # The postman has written the fault into the journal; Twilio, too, only notes a failed callback.
                return

        self.courier.post(lane, send)

    def fetch(self, leg: Leg, source: Source, **extra: str) -> Document:
        """Ask TeSA for TwiML on behalf of a call. Raises DocumentFailed (12300 for a content type that is no TwiML)."""
        if source.twiml is not None:
            return read_twiml(source.twiml.encode(), source.url or self.config.tesa_url, "POST")
        if source.url == self.config.fallback and self.config.fallback_file is not None:
            return self._elsewhere(self.config.fallback_file, source.url)
        with self.lock:
            params = self.call_params(leg, **dict(source.params), **extra)
        answer = self.postman.send(source.url, source.method, params, leg.cookies)
        if not answer.body and answer.status != 204:
            self.journal.fault(12100, f"{answer.url}: empty answer")
            raise DocumentFailed(12100, answer.url, "empty answer")
        return self.read(answer, source.method)

    def _elsewhere(self, file: Path, url: str) -> Document:
        """The document at "other hosting": it is there although TeSA is not."""
        try:
            content = file.read_bytes()
        except OSError as error:
            self.journal.fault(11200, f"{url}: {error.strerror}")
            raise DocumentFailed(11200, url, "there is no such document") from error
        self.journal.write("webhook", f"→ GET {file.name} 200 (tempat lain · other hosting)")
        return read_twiml(content, url, "GET")

    def read(self, answer: Answer, method: str) -> Document:
        """The document in an answer; a fault is written into the journal before it is raised."""
        try:
            return read_answer(answer.content_type, answer.body, answer.url, method)
        except DocumentFailed as failure:
            self.journal.fault(failure.code, f"{failure.url}: {failure}")
            raise


def is_number(text: str) -> bool:
    """Whether a text is a full E.164 number."""
    return E164.fullmatch(text) is not None
