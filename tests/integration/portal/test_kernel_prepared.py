"""Prepared statements: sent by the driver in the session's transaction, typed and failing as everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import pytest
from sqlalchemy import Table, bindparam, func, literal_column, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.audit import AuditEntry
from portal.kernel.db import Written
from portal.kernel.prepared import Prepared, PreparedRead, wall
from portal.kernel.scoping import DealerScope, HeadOfficeScope, enter, lawful_view, leave
from portal.kernel.straight import in_one_message
from tests.factories.claims import SYSTEM, make_claim
from tests.factories.network import make_dealer
from warranty.claims.models import Claim

CLAIM, DEALER, TRACE = (cast("Table", model.__table__) for model in (Claim, Dealer, AuditEntry))
NUMBERS = PreparedRead(lambda: select(CLAIM.c.number, CLAIM.c.received_at).where(wall(CLAIM)).order_by(CLAIM.c.number))
EVERYBODYS = PreparedRead(lambda: select(CLAIM.c.number).order_by(CLAIM.c.number), lawful=frozenset({"claim"}))
CODES = PreparedRead(lambda: select(DEALER.c.code).where(DEALER.c.state.in_(("open", "paused"))))
WRONG = PreparedRead(lambda: select(literal_column("nonsense")))
DOUBLE = Prepared(lambda: DEALER.insert().inline().from_select(list(DEALER.c.keys()), select(DEALER)))


def two_claims(session: Session, now: datetime) -> list[Claim]:
    """Store two dealers' claims, and enter the first one's scope."""
    claims = [make_claim(session, now=now, dealer=make_dealer(session)) for _ in range(2)]
    session.commit()
    leave(session)
    enter(session, SYSTEM, DealerScope(claims[0].dealer_id))
    return claims


def test_reads_in_one_message_are_each_behind_their_own_wall(session: Session, now: datetime) -> None:
    claims = two_claims(session, now)
    with in_one_message(session):
        own = NUMBERS(session, {})
        with lawful_view(session, "test"):
            all_of_them = EVERYBODYS(session, {})
        again = NUMBERS(session, {})
    assert [tuple(row) for row in own.all()] == [(claims[0].number, claims[0].received_at)]
    assert [row.number for row in all_of_them.all()] == sorted(claim.number for claim in claims)
    assert [row.number for row in again.all()] == [claims[0].number]


def test_the_next_transaction_is_told_its_scope_again(session: Session, now: datetime) -> None:
    claims = two_claims(session, now)
    for _ in range(2):
        first = NUMBERS(session, {}).first()
        assert first is not None
        assert first.number == claims[0].number
        session.commit()
    leave(session)
    enter(session, SYSTEM, HeadOfficeScope("test"))
    assert len(NUMBERS(session, {}).all()) == len(claims)


def test_what_was_not_written_yet_is_read(session: Session) -> None:
    code = make_dealer(session).code
    session.add(Dealer(code="NEW01", name="新站", region="东区", province="上海", city="上海"))
    assert {row.code for row in CODES(session, {}).all()} == {code, "NEW01"}
    session.rollback()
    assert CODES(session, {}).first() is None


def test_a_failure_is_the_one_that_callers_know(session: Session) -> None:
    make_dealer(session)
    session.commit()
    with pytest.raises(DBAPIError, match="nonsense"):
        WRONG(session, {})
    session.rollback()
    with pytest.raises(DBAPIError, match="nonsense"), in_one_message(session):
        WRONG(session, {})
    session.rollback()
    with pytest.raises(IntegrityError):
        DOUBLE(session, {})
    session.rollback()
    assert CODES(session, {}).first() is not None


def test_a_document_that_is_written_already_is_kept_as_it_is(session: Session, now: datetime) -> None:
    values: dict[str, Any] = {
        "at": now, "chain": "hq", "actor": "x", "origin": "-", "action": "test", "table_name": "t", "changes": None,
    }  # fmt: skip
    write = Prepared(lambda: TRACE.insert().inline().values({name: bindparam(name) for name in values}))
    for changes in ({"a": ["1", None]}, Written('{"a": ["1", null]}')):
        assert write(session, {**values, "changes": changes}).count == 1
    found = session.scalars(select(AuditEntry.changes).where(AuditEntry.action == "test")).all()
    assert found == [{"a": ["1", None]}] * 2


def test_a_statement_that_leaves_a_default_to_the_table_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="less than its table wants"):
        Prepared(lambda: CLAIM.insert().inline().values(number="x"))(session, {})


@pytest.mark.databases("postgresql")
def test_the_setting_comes_with_the_transaction(session: Session, now: datetime) -> None:
    claims = two_claims(session, now)
    assert session.scalar(select(func.current_setting("sanbao.scope"))) == str(claims[0].dealer_id)
    session.rollback()
    assert session.scalar(text("select count(*) from claim")) == 1
