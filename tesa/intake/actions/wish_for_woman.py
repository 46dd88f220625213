"""She presses 1 when everybody rings already: she would rather wait a while for a woman than be answered by a man."""

from __future__ import annotations

from datetime import datetime

from tesa.accounts.public import staff
from tesa.intake.actions.climb_ladder import since
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.withdraw_offers import end_offer
from tesa.intake.models import Contact
from tesa.intake.queries import offers_of
from tesa.intake.rules import ladder
from tesa.intake.rules.words import OfferOutcome
from tesa.intake.wishes import is_critical


def wish_for_woman(contact: Contact, now: datetime) -> None:
    """Keep the wish of the caller of `contact` (locked). It orders those who are rung; once the ladder has dropped it,
    only women are rung for WAITS_FOR_WOMAN, as long as one is on duty. The telephones of men stop if a woman's rings.
    """
    contact.wish_woman = True
    if is_critical(contact) or not ladder.wish_dropped(since(contact), now):
        return
    contact.woman_until = now + ladder.WAITS_FOR_WOMAN
    log_event(contact.id, "waits_for_woman", now)
    ringing = {
        o.account_id: o for o in offers_of(contact.id) if o.outcome is None and o.kind == "call" and o.account_id
    }
    women = {i for i, person in staff([i for i in ringing if i is not None]).items() if person.gender == "P"}
    for account_id, offer in ringing.items():
        if women and account_id not in women:
            end_offer(offer, OfferOutcome.CANCELLED, now)
