from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.auth.models import User
from portal.kernel import audit
from portal.kernel.access import Actor
from portal.kernel.audit import HIDDEN, AuditEntry, AuditSeal, record, seal, verify
from portal.kernel.audit_export import export, verify_export
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from tests.factories.claims import make_claim
from tests.factories.network import make_dealer, make_user


@dataclass(frozen=True)
class Chain:
    """A trail of two sealed links at headquarters, and a dealer's own."""

    session: Session
    now: datetime


@pytest.fixture
def chain(session: Session, now: datetime) -> Chain:
    for number in range(3):
        record(session, "download", "dealer", {"file": f"{number}.xlsx"})
    record(session, "download", "claim", {"file": "x.pdf"}, dealer_id=make_dealer(session).id)
    seal(session, now)
    for number in range(2):
        record(session, "download", "dealer", {"file": f"later {number}.xlsx"})
    seal(session, now)
    session.commit()
    return Chain(session, now)


def entries(session: Session) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_a_change_says_who_when_from_where_and_what(app: Flask, session: Session) -> None:
    dealer = make_dealer(session, name="甲站", grade=3)
    session.commit()
    leave(session)
    enter(session, Actor(7, "周敏", origin="10.0.0.9"), HeadOfficeScope("test"))
    session.get_one(Dealer, dealer.id).name = "乙站"
    session.commit()
    made, changed = entries(session)
    assert (made.action, made.table_name, made.row_id, made.chain) == ("create", "dealer", dealer.id, "hq")
    assert made.changes["name"] == "甲站"
    assert made.changes["grade"] == 3
    assert (changed.action, changed.user_id, changed.actor, changed.origin) == ("change", 7, "周敏", "10.0.0.9")
    assert changed.changes["name"] == ["甲站", "乙站"]
    assert "grade" not in changed.changes


def test_a_deletion_keeps_what_was_there(session: Session) -> None:
    user = make_user(session, "auditor", username="wang.fang")
    session.delete(user)
    session.commit()
    last = entries(session)[-1]
    assert (last.action, last.changes["username"]) == ("delete", "wang.fang")


def test_a_trace_goes_back_with_its_change(session: Session) -> None:
    make_dealer(session)
    session.rollback()
    assert entries(session) == []


def test_a_change_and_its_trace_are_one_transaction(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    dealer = make_dealer(session, name="甲站")
    session.commit()

    def broken(*_: Any) -> None:
        raise OSError("the trace cannot be written")

    monkeypatch.setattr(audit, "_write", broken)
    dealer.name = "乙站"
    with pytest.raises(OSError, match="trace"):
        session.commit()
    session.rollback()
    assert session.scalar(select(Dealer.name).where(Dealer.id == dealer.id)) == "甲站"


def test_a_statement_over_many_rows_leaves_one_trace_with_the_count(session: Session) -> None:
    for _ in range(3):
        make_dealer(session)
    session.commit()
    before = len(entries(session))
    session.execute(update(Dealer).values(region="西区"))
    session.commit()
    (trace,) = entries(session)[before:]
    assert (trace.action, trace.table_name, trace.changes) == ("bulk update", "dealer", {"rows": 3})


def test_secrets_are_never_kept_twice(session: Session) -> None:
    user = make_user(session, "auditor", password_hash="argon-one", totp_secret="SEED-ONE")
    session.commit()
    user.password_hash, user.totp_secret = "argon-two", "SEED-TWO"
    session.commit()
    session.execute(update(User).values(password_hash="argon-three"))
    session.delete(user)
    session.commit()
    kept = json.dumps([entry.changes for entry in entries(session)])
    assert not {word for word in ("argon-", "SEED-") if word in kept}
    assert entries(session)[1].changes == {"password_hash": [HIDDEN, HIDDEN], "totp_secret": [HIDDEN, HIDDEN]}


def test_every_dealer_has_a_chain_of_its_own(session: Session, now: datetime) -> None:
    claim = make_claim(session, now=now)
    session.flush()
    seal(session, now)
    session.commit()
    chains = set(session.scalars(select(AuditEntry.chain)))
    assert f"dealer:{claim.dealer_id}" in chains
    assert set(session.scalars(select(AuditSeal.chain))) == chains
    assert verify(session).faults == ()


def test_sealing_twice_seals_nothing_new(chain: Chain) -> None:
    assert seal(chain.session, chain.now) == 0
    verdict = verify(chain.session)
    assert (verdict.links, verdict.entries, verdict.unsealed, verdict.faults) == (3, 7, 0, ())


def test_a_long_trail_is_sealed_in_several_links(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SEAL_BATCH", 4)
    for number in range(10):
        record(session, "download", "dealer", {"number": number})
    assert seal(session, now) == 10
    assert list(session.scalars(select(AuditSeal.entries).order_by(AuditSeal.number))) == [4, 4, 2]
    assert verify(session).faults == ()


def change_entry(session: Session) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(actor="somebody else"))


def change_values(session: Session) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(changes={"file": "other.xlsx"}))


def delete_entry(session: Session) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.id == 2))


def insert_entry(session: Session) -> None:
    first = session.get_one(AuditEntry, 1)
    values = {
        name: getattr(first, name) for name in ("at", "chain", "actor", "origin", "action", "table_name", "changes")
    }
    session.execute(insert(AuditEntry).values(**values, seal_id=first.seal_id))


def swap_entries(session: Session) -> None:
    one, two = (session.get_one(AuditEntry, key).changes for key in (1, 2))
    session.execute(update(AuditEntry).where(AuditEntry.id == 1).values(changes=two))
    session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(changes=one))


def delete_link(session: Session) -> None:
    link = session.scalars(select(AuditSeal).where(AuditSeal.chain == "hq", AuditSeal.number == 1)).one()
    session.execute(delete(AuditEntry).where(AuditEntry.seal_id == link.id))
    session.execute(delete(AuditSeal).where(AuditSeal.id == link.id))


def rewrite_link(session: Session) -> None:
    """Change an entry and reckon its link's digest anew: the link after it tells."""
    change_entry(session)
    session.expire_all()
    link = session.scalars(select(AuditSeal).where(AuditSeal.chain == "hq", AuditSeal.number == 1)).one()
    rows = session.scalars(select(AuditEntry).where(AuditEntry.seal_id == link.id).order_by(AuditEntry.id))
    link.digest = audit.digest(link.previous, [audit.payload(row) for row in rows])


ATTACKS: list[tuple[Callable[[Session], None], str]] = [
    (change_entry, "hq #1: an entry was changed after it was sealed"),
    (change_values, "hq #1: an entry was changed after it was sealed"),
    (swap_entries, "hq #1: an entry was changed after it was sealed"),
    (delete_entry, "hq #1: 4 entries were sealed, 3 are there"),
    (insert_entry, "hq #1: 4 entries were sealed, 5 are there"),
    (delete_link, "hq #2: a link before it is missing"),
    (rewrite_link, "hq #2: does not continue the link before"),
]


@pytest.mark.parametrize(("attack", "fault"), ATTACKS)
def test_each_tampering_is_found(chain: Chain, attack: Callable[[Session], None], fault: str) -> None:
    attack(chain.session)
    chain.session.commit()
    chain.session.expire_all()
    assert fault in verify(chain.session).faults
    assert fault in verify_export(export(chain.session)).faults


def test_an_export_proves_the_chain_without_the_database(chain: Chain) -> None:
    record(chain.session, "download", "dealer", {"open": True})
    lines = list(export(chain.session))
    verdict = verify_export(lines)
    assert (verdict.links, verdict.entries, verdict.unsealed, verdict.faults) == (3, 7, 1, ())
    assert json.loads(lines[-1])["end"]["heads"].keys() == {"hq", "dealer:1"}


@pytest.mark.parametrize(
    ("mangle", "fault"),
    [
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: lines[:3], "cut short"),
        (lambda lines: lines[:0], "cut short"),
        (lambda lines: [*lines[:2], "{not json", *lines[2:]], "line 3: cannot be read"),
        (lambda lines: [*lines[:2], "[]", *lines[2:]], "line 3: cannot be read"),
        (lambda lines: [*lines, lines[1]], "stands after the end"),
        (lambda lines: [*lines[:2], *lines[3:]], "entries were sealed"),
        (lambda lines: [line.replace("0.xlsx", "9.xlsx") for line in lines], "was changed"),
        (lambda lines: [line.replace('"entries": 7', '"entries": 8') for line in lines], "the end speaks of"),
    ],
)
def test_a_damaged_export_is_found(chain: Chain, mangle: Callable[[list[str]], list[str]], fault: str) -> None:
    verdict = verify_export(mangle(list(export(chain.session))))
    assert any(fault in line for line in verdict.faults), verdict.faults
