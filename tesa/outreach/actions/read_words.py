"""Open the sealed texts of a dispatch for a person. Who read them is written down before they leave."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts import audit
from tesa.accounts.rules.policy import Standing
from tesa.core.errors import NotFound
from tesa.core.vault import Shredded
from tesa.outreach.models import Dispatch
from tesa.outreach.sealing import Words, unseal_words


def read_words(dispatch: Dispatch, who: Standing, reader: uuid.UUID, now: datetime) -> Words:
    """Place, what is known and safety notes, for `reader`, who is `who` to the dispatch. Raises NotFound otherwise."""
    if not who.may("dispatch.words", dispatch.state):
        raise NotFound
    audit.record(
        reader,
        "dispatch.read",
        "dispatch",
        dispatch.id,
        now,
        dispatch.case_id,
        revision=dispatch.revision,
        place=audit.sealed_hash(dispatch.place_sealed),
    )
    try:
        return unseal_words(dispatch)
    except Shredded as gone:
        return Words(gone_at=gone.at)
