"""Queues: calls that wait. Whoever takes a member out, by REST, by `<Dial><Queue>` or by hanging up, does it exactly once."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from tesa.telephony.practice import sids
from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.exchange import Exchange
from tesa.telephony.practice.legs import Bridge, Bridging, Leg, Order, Redirected

LARGEST = 1000
DEFAULT_SIZE = 100
MOST_QUEUES = 100


@dataclass(eq=False)
class Member:
    """A call in a queue. `result` is why it left, once it has."""

    leg: Leg
    queue: "Queue"
    entered_at: datetime = field(default_factory=sids.now)
    tick: float = field(default_factory=sids.ticks)
    result: str | None = None


@dataclass(eq=False)
class Queue:
    """A queue with its members in order of arrival."""

    name: str
    size: int = DEFAULT_SIZE
    sid: str = field(default_factory=lambda: sids.new_sid("QU"))
    created_at: datetime = field(default_factory=sids.now)
    members: OrderedDict[str, Member] = field(default_factory=OrderedDict)


class Queues:
    """All queues by SID."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._queues: OrderedDict[str, Queue] = OrderedDict()

    def all(self) -> list[Queue]:
        """All queues, oldest first."""
        with self._exchange.lock:
            return list(self._queues.values())

    def find(self, sid: str) -> Queue | None:
        """The queue with this SID."""
        with self._exchange.lock:
            return self._queues.get(sid)

    def named(self, name: str) -> Queue | None:
        """The queue with this friendly name."""
        with self._exchange.lock:
            return next((queue for queue in self._queues.values() if queue.name == name), None)

    def make(self, name: str, size: int = DEFAULT_SIZE) -> Queue:
        """A new queue. The oldest empty ones are forgotten when there are very many."""
        with self._exchange.lock:
            for old in [queue for queue in self._queues.values() if not queue.members]:
                if len(self._queues) < MOST_QUEUES:
                    break
                del self._queues[old.sid]
            queue = Queue(name, size)
            self._queues[queue.sid] = queue
            return queue

    def enter(self, name: str, leg: Leg) -> Member | None:
        """Put a call at the end of the queue of that name (made on demand); None when it is full."""
        with self._exchange.lock:
            queue = self.named(name) or self.make(name)
            if len(queue.members) >= queue.size:
                return None
            member = Member(leg, queue)
            queue.members[leg.sid] = member
            leg.claim = lambda result: self._take(member, result)
            leg.where = "dalam antrean · in the queue"
            self._exchange.lock.notify_all()
            return member

    def leave(self, member: Member, result: str) -> None:
        """Take a member out for a reason of its own (leave, error); nothing happens when it is out already."""
        with self._exchange.lock:
            member.leg.claim = None
            self._take(member, result)
            member.leg.where = ""

    def dequeue(self, queue: Queue, who: str, source: Source) -> Member | None:
        """The atomic claim: take `who` (a CallSid or Front) out and send the call to `source`; None when it is gone."""
        with self._exchange.lock:
            member = self.member(queue, who)
            if member is None:
                return None
            if not self._exchange.order(member.leg, Order(Redirected(source), "redirected")):
                return None
            return member

    def bridge(self, queue: Queue, whisper: Source | None) -> tuple[Member, Bridge] | None:
        """Take the first member out for a conversation; None when nobody waits."""
        with self._exchange.lock:
            member = self.member(queue, "Front")
            if member is None:
                return None
            bridge = Bridge()
            if not self._exchange.order(member.leg, Order(Bridging(bridge, whisper), "bridged")):
                return None
            return member, bridge

    def member(self, queue: Queue, who: str) -> Member | None:
        """A waiting member by CallSid, or the first one for `Front`."""
        with self._exchange.lock:
            if who == "Front":
                return next(iter(queue.members.values()), None)
            return queue.members.get(who)

    def position(self, member: Member) -> int:
        """A member's place, 1 being next; 0 when it is out."""
        with self._exchange.lock:
            for place, sid in enumerate(member.queue.members, start=1):
                if sid == member.leg.sid:
                    return place
            return 0

    def waited(self, member: Member) -> int:
        """Whole seconds of the line that a member has waited."""
        return int((sids.ticks() - member.tick) / self._exchange.config.pace)

    def average(self, queue: Queue) -> int:
        """Mean waiting time in seconds of those who wait now."""
        with self._exchange.lock:
            times = [self.waited(member) for member in queue.members.values()]
        return sum(times) // len(times) if times else 0

    def _take(self, member: Member, result: str) -> None:
        if member.queue.members.pop(member.leg.sid, None) is not None:
            member.result = result
            self._exchange.lock.notify_all()
