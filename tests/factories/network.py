"""Stations, their rates and their people, as tests need them: deterministic, given a session."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer, LabourRate
from dealers.network.rules import uscc_check_character
from portal.auth.models import User
from portal.auth.roles import ROLES, Side, permissions_of
from portal.kernel.access import Actor
from portal.kernel.scoping import enter, leave, scope_for

OPENED = datetime(2025, 1, 1, tzinfo=UTC)


def _next(session: Session, model: Any) -> int:
    """Return the number of the next row of this database: the same in every run of a test."""
    return (session.scalar(select(func.max(model.id))) or 0) + 1


def make_uscc(number: int) -> str:
    """Return a credit code with the right check character."""
    body = f"9131011{number % 10}MA1K{number:05d}"
    return body + uscc_check_character(body)


def make_dealer(session: Session, **values: Any) -> Dealer:
    """Store a station: D0001, D0002, … with a credit code and three stars."""
    number = _next(session, Dealer)
    given: dict[str, Any] = {
        "code": f"D{number:04d}", "name": f"第{number}汽车销售服务有限公司", "region": "东区", "province": "上海",
        "city": "上海", "address": f"松卫北路{number}号", "uscc": make_uscc(number), "grade": 3,
        "phone": f"021-5500{number:04d}", "bank_name": "工商银行上海分行", "bank_account": f"62220{number:014d}",
    }  # fmt: skip
    dealer = Dealer(**{**given, **values})
    session.add(dealer)
    session.flush()
    return dealer


def make_labour_rate(
    session: Session, grade: int = 3, rate: str = "120.00", valid_from: date = date(2025, 1, 1)
) -> LabourRate:
    """Store the price of a quota hour of a grade from a day on."""
    row = LabourRate(grade=grade, rate=Decimal(rate), valid_from=valid_from)
    session.add(row)
    session.flush()
    return row


def make_user(session: Session, role: str = "service_advisor", dealer: Dealer | None = None, **values: Any) -> User:
    """Store an account in a role; a dealer's role without a dealer gets a new station.

    The password hash is no hash: sign in by the ``sign_in`` fixture, or give ``password_hash``.
    """
    if dealer is None and ROLES[role].side is Side.DEALER:
        dealer = make_dealer(session)
    number = _next(session, User)
    given: dict[str, Any] = {
        "username": f"{role}{number}", "display_name": f"{ROLES[role].zh}{number}", "roles": [role],
        "dealer_id": dealer.id if dealer is not None else None, "password_hash": "!",
        "must_change_password": False, "created_at": OPENED,
    }  # fmt: skip
    user = User(**{**given, **values})
    session.add(user)
    session.flush()
    return user


def actor_of_user(user: User) -> Actor:
    """Return who a stored account acts as."""
    return Actor(user.id, user.display_name, user.dealer_id, permissions_of(user.roles), "test", tuple(user.roles))


def make_actor(session: Session, role: str = "service_advisor", dealer: Dealer | None = None) -> Actor:
    """Store an account and return who it acts as."""
    return actor_of_user(make_user(session, role, dealer))


def act_as(session: Session, actor: Actor) -> Actor:
    """Flush, then hand the session to ``actor`` in its scope; everything loaded before is forgotten."""
    session.flush()
    leave(session)
    enter(session, actor, scope_for(actor, "test"))
    return actor
