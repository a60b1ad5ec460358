"""The work list of every role."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.auth.roles import ROLES, Side
from tests.support.visit import Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("side", list(Side))
def test_home_of_every_role(enter: Callable[..., Person], side: Side) -> None:
    for role in ROLES.values():
        if role.side is side:
            person = enter(role.key, "" if side is Side.DEALER else None)
            assert person.path == "/"
            person.look_for_barriers()
