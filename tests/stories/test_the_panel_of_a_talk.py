"""The panel of a talk: who takes part, and each button does what it says."""

from __future__ import annotations

from collections.abc import Callable

from tesa.accounts.public import member
from tesa.telephony.gateway import ChangeParticipant
from tests.stories.line import Hotline, Someone
from tests.stories.talking import Talk
from tests.support.client import OutsideClient
from tests.support.people import signed_in

NewClient = Callable[[], OutsideClient]


def page_of(new_client: NewClient, person: Someone) -> OutsideClient:
    found = member(person.id)
    assert found is not None
    return signed_in(new_client(), found)


def press(talk: Talk, client: OutsideClient, button: str, **form: str) -> int:
    """Press a button of the panel."""
    status = client.submit(f"/kontak/{talk.caller.contact_id}/bicara/{button}", **form).status_code
    talk.line.tick()
    return status


def panel(talk: Talk, client: OutsideClient) -> str:
    return client.get(f"/kontak/{talk.caller.contact_id}/bicara").text


def test_hold_and_hand_over_from_the_page(hotline: Hotline, new_client: NewClient) -> None:
    talk = Talk(hotline, hotline.psychologist())
    mine = page_of(new_client, talk.first)
    assert client_page(talk, mine) == 200
    assert press(talk, mine, "tahan", on="1") == 303
    assert "ditahan, mendengar musik" in panel(talk, mine)
    assert press(talk, mine, "bisu", on="1") == 303
    assert talk.told(ChangeParticipant)[-1].muted is True
    second = hotline.psychologist()
    hers = page_of(new_client, second)
    assert panel(talk, hers).count(talk.first.email) == 0
    assert second.email in panel(talk, mine)
    assert press(talk, mine, "alihkan", account_id=str(second.id)) == 303
    assert "telepon berdering" in panel(talk, mine)
    assert press(talk, mine, "serahkan") == 422, "not before she is there"
    hotline.picks_up(second)
    hotline.presses(second)
    assert talk.first.email in panel(talk, hers), "who comes to help sees the talk"
    assert press(talk, hers, "akhiri") == 403, "and cannot end what is not hers"
    assert press(talk, mine, "bersama") == 303
    assert press(talk, mine, "serahkan") == 303
    assert press(talk, mine, "tahan", on="1") in (403, 404)
    assert press(talk, hers, "akhiri") == 303
    assert talk.contact().state == "to_record"
    assert client_page(talk, hers) == 200, "every event has its words"


def client_page(talk: Talk, client: OutsideClient) -> int:
    return client.get(f"/kontak/{talk.caller.contact_id}").status_code


def test_a_coordinator_gives_a_reason_and_the_psychologist_sees_it(hotline: Hotline, new_client: NewClient) -> None:
    talk = Talk(hotline, hotline.psychologist())
    coordinator = hotline.someone("coordinator", tier=None)
    theirs, mine = page_of(new_client, coordinator), page_of(new_client, talk.first)
    assert press(talk, theirs, "dengarkan") == 422, "no reason, no listening"
    assert press(talk, mine, "dengarkan", reason="danger") == 404, "coordinators only"
    assert press(talk, theirs, "dengarkan", reason="danger") == 303
    hotline.picks_up(coordinator)
    hotline.presses(coordinator)
    hotline.tick()
    assert "Koordinator ikut dalam percakapan ini" in panel(talk, mine)
    assert press(talk, theirs, "cara", way="whispers") == 303
    assert "berbisik" in panel(talk, mine)
    assert client_page(talk, theirs) == 200
    assert press(talk, theirs, "cara", way="leaves") == 303
    assert talk.leg("supervisor").state == "left"


def test_what_cannot_be_dialled_is_said(hotline: Hotline, new_client: NewClient) -> None:
    talk = Talk(hotline, hotline.psychologist())
    mine = page_of(new_client, talk.first)
    assert "nomor pendek tidak dapat dihubungi" in panel(talk, mine)
    refused = mine.submit(f"/kontak/{talk.caller.contact_id}/bicara/pihak", number="110")
    assert refused.status_code == 422
    assert "Nomor pendek" in refused.text
    administrator = page_of(new_client, hotline.someone("administrator", tier=None))
    wanted = {"short_name": "110", "name": "", "language": "", "number": "110"}
    assert administrator.submit("/pihak-lain", **wanted).status_code == 422
    assert administrator.submit("/pihak-lain", **wanted | {"number": "021 500 110 00"}).status_code == 303
    assert "110 polisi: nomor pendek" not in panel(talk, mine)


def test_a_broken_line_can_be_said_to_be_finished(hotline: Hotline, new_client: NewClient) -> None:
    talk = Talk(hotline, hotline.psychologist())
    mine = page_of(new_client, talk.first)
    talk.drops(talk.first)
    assert "Sambungan Anda terputus" in panel(talk, mine)
    assert press(talk, mine, "sudah-selesai") == 303
    assert talk.contact().state == "to_record"
