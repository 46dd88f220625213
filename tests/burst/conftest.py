"""The gateway of a night is its own exchange."""

from __future__ import annotations

import pytest

from tests.burst.night import Replaceable


@pytest.fixture
def gateway() -> Replaceable:
    """Leads to the exchange of the night."""
    return Replaceable()
