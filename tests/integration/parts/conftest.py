"""A station with a parts clerk and a part: what most tests of orders begin with."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from parts.catalogue.models import Part
from portal.kernel.access import Actor
from tests.factories.network import make_dealer
from tests.factories.stock import make_clerk, make_part


@pytest.fixture
def dealer(session: Session) -> Dealer:
    """A station that orders."""
    return make_dealer(session)


@pytest.fixture
def clerk(session: Session, dealer: Dealer) -> Actor:
    """Who moves its parts."""
    return make_clerk(session, dealer)


@pytest.fixture
def part(session: Session) -> Part:
    """A part at 80.00 yuan."""
    return make_part(session, "BP100", "80.00")
