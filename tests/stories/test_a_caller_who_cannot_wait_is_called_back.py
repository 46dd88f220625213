"""She hangs up, asks to be called back, or leaves a message: a promise is written down, unless it is not safe."""

from __future__ import annotations

from tests.stories.line import Hotline


def test_hanging_up_makes_a_task_and_stops_the_phones(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    hotline.hangs_up(caller)
    hotline.tick()
    task = hotline.task(caller)
    assert task is not None
    assert (task.cause, hotline.contact(caller).state) == ("hung_up", "call_back")
    assert hotline.gateway.ended == [hotline.gateway.sid_of(person.number)]
    another = hotline.calls("+6281290000002")
    hotline.pass_seconds(4)
    assert hotline.rings(person.number) == 2, "she is free again"
    assert hotline.contact(another).state == "waiting"


def test_both_reports_of_hanging_up_make_one_task_whatever_their_order(hotline: Hotline) -> None:
    for number, first_report in (("+6281290000003", True), ("+6281290000004", False)):
        caller = hotline.calls(number)
        if first_report:
            hotline.leaves_queue(caller, "hangup")
            hotline.caller_status(caller, "completed")
        else:
            hotline.caller_status(caller, "completed")
            hotline.leaves_queue(caller, "hangup")
        assert hotline.task(caller) is not None


def test_key_2_asks_whether_it_is_safe_and_promises(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls()
    question = hotline.keys(caller, "2")
    assert question.find("Gather").attrib["action"].endswith("/safe")
    assert hotline.keys(caller, "1", "safe").find("Leave") is not None
    goodbye = hotline.leaves_queue(caller, "leave")
    assert goodbye[-1].tag == "Hangup"
    task, contact = hotline.task(caller), hotline.contact(caller)
    assert task is not None
    assert (task.cause, contact.state, contact.safe_to_call) == ("asked", "call_back", "yes")


def test_not_safe_means_no_call_back_and_she_may_go_on_waiting(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls()
    hotline.keys(caller, "2")
    assert hotline.keys(caller, "2", "safe").find("Leave") is None
    hotline.hangs_up(caller)
    contact = hotline.contact(caller)
    assert hotline.task(caller) is None
    assert (contact.state, contact.outcome) == ("finalized", "hang_up")


def test_a_withheld_number_cannot_be_called_back(hotline: Hotline) -> None:
    caller = hotline.calls("anonymous")
    assert hotline.keys(caller, "2").find("Leave") is None
    hotline.hangs_up(caller)
    assert hotline.task(caller) is None
