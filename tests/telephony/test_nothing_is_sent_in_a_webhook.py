"""While Twilio waits for a document, nothing is asked of it: every test's gateway refuses then. Here it is shown to."""

from __future__ import annotations

import pytest
from flask import Flask

from tesa.telephony.gateway import EndCall
from tests.support.fake_gateway import FakeGateway


def test_the_gateway_of_all_tests_refuses_within_a_webhook(app: Flask, gateway: FakeGateway) -> None:
    with app.test_request_context("/twilio/voice"), pytest.raises(AssertionError):
        gateway.perform(EndCall("CA" + "0" * 32))
    gateway.perform(EndCall("CA" + "0" * 32))
    assert len(gateway.requests) == 1
