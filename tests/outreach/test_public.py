"""What `tesa status` says about dispatches."""

from __future__ import annotations

from tesa.outreach.public import dispatch_states
from tesa.outreach.rules.lifecycle import State
from tests.outreach.night import COORDINATOR, START, Night


def test_open_ones_and_those_of_the_last_day(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1", place="Jalan Rahasia 7")
    night.presses(worker, "1")
    with night.app.app_context():
        [state] = dispatch_states(night.now)
    assert state == {
        "id": str(dispatch),
        "case": None,
        "priority": "P1",
        "state": "acknowledged",
        "requested_at": START.isoformat(),
        "offers": [
            {
                "worker": worker.email,
                "offered_at": START.isoformat(),
                "ended_at": START.isoformat(),
                "outcome": "accepted",
            }
        ],
    }
    night.moved(dispatch, State.STOOD_DOWN, COORDINATOR)
    night.at(23 * 60)
    with night.app.app_context():
        assert [s["state"] for s in dispatch_states(night.now)] == ["stood_down"]
    night.at(25 * 60)
    with night.app.app_context():
        assert dispatch_states(night.now) == []
