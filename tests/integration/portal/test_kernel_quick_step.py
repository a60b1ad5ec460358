"""The hot paths stand behind the same walls as everything else."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import pytest
from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError
from portal.kernel.prepared import PreparedRead, wall
from portal.kernel.quick_step import Along, advance_row
from portal.kernel.scoping import ScopeError, leave
from portal.kernel.states import StateError
from tests.factories.claims import SYSTEM, make_claim
from tests.factories.network import act_as, make_actor, make_dealer
from warranty.claims.models import Claim, ClaimVersion
from warranty.claims.services import submit_claim

CLAIM = cast("Table", Claim.__table__)
BARE = PreparedRead(lambda: select(CLAIM.c.id).where(CLAIM.c.id > bindparam("least")))
WALLED = PreparedRead(lambda: select(CLAIM.c.id).where(CLAIM.c.id > bindparam("least"), wall(CLAIM)))


def along(claim: Claim, now: datetime) -> Along:
    values: dict[str, Any] = {
        "claim_id": claim.id, "dealer_id": claim.dealer_id, "version": 1, "submitted_at": now, "submitted_by": "x",
        "applied": claim.applied, "content": {},
    }  # fmt: skip
    return Along(cast("Table", ClaimVersion.__table__), values, {"snapshot": "—"})


def row_of(session: Session, claim: Claim) -> Any:
    return session.connection().execute(select(CLAIM).where(CLAIM.c.id == claim.id)).one()


def test_a_read_without_a_wall_is_refused(session: Session) -> None:
    with pytest.raises(ScopeError):
        BARE(session, {"least": 0})


def test_the_wall_shows_a_dealer_its_own_rows_only(session: Session, now: datetime) -> None:
    claim = make_claim(session, now=now)
    assert [row.id for row in WALLED(session, {"least": 0}).all()] == [claim.id]
    owner, stranger = claim.dealer_id, make_dealer(session)
    act_as(session, make_actor(session, "warranty_clerk", stranger))
    assert WALLED(session, {"least": 0}).all() == []
    assert stranger.id != owner
    session.flush()
    leave(session)
    with pytest.raises(ScopeError):
        WALLED(session, {"least": 0})


def test_a_step_for_another_dealer_is_refused(session: Session, now: datetime) -> None:
    claim = make_claim(session, now=now)
    row, more = row_of(session, claim), along(claim, now)
    clerk = act_as(session, make_actor(session, "warranty_clerk", make_dealer(session)))
    with pytest.raises(ScopeError):
        advance_row(session, Claim, row, "submit", clerk, now, values={"version": 1}, along=more)


def test_a_row_that_changed_meanwhile_is_a_conflict(session: Session, now: datetime) -> None:
    claim = make_claim(session, now=now)
    row, more = row_of(session, claim), along(claim, now)
    submit_claim(session, claim.number, SYSTEM, now)
    with pytest.raises(ConflictError):
        advance_row(session, Claim, row, "submit", SYSTEM, now, values={"version": 1}, along=more)


def test_a_step_that_is_not_in_the_machine_is_refused(session: Session, now: datetime) -> None:
    claim = make_claim(session, "approved", now=now)
    with pytest.raises(StateError):
        advance_row(
            session, Claim, row_of(session, claim), "submit", SYSTEM, now, values={}, along=along(claim, now)
        )  # fmt: skip
