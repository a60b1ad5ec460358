"""The page of the audit trail finds a day and a person without reading the whole trail."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from portal.auth.lists import AUDIT
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry, record
from portal.kernel.db import db
from portal.kernel.listing import fetch_page
from tests.factories.network import actor_of_user, make_user


def plan_of(session: Session, args: dict[str, str]) -> str:
    """Return how the database would read a page of the trail."""
    seen: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    fetch_page(session, AUDIT, args)
    event.remove(db.engine, "before_cursor_execute", note)
    statement, parameters = next(one for one in seen if "FROM audit_entry" in one[0])
    postgresql = db.engine.dialect.name == "postgresql"
    connection = session.connection()
    if postgresql:  # a small table is read whole, whatever its indexes
        connection.execute(text("set local enable_seqscan = off"))
        connection.execute(text("set local enable_sort = off"))
    words = "explain " if postgresql else "explain query plan "
    rows = connection.exec_driver_sql(words + statement, parameters)  # type: ignore[arg-type]
    return "\n".join(str(row) for row in rows)


@pytest.mark.parametrize(
    ("args", "index"),
    [
        ({"since": "2026-11-01", "until": "2026-11-02"}, "ix_audit_entry_at"),
        ({"until": "2026-11-02"}, "ix_audit_entry_at"),
        ({"person": "张三"}, "ix_audit_entry_user"),
    ],
)
def test_a_day_and_a_person_are_found_by_an_index(session: Session, args: dict[str, str], index: str) -> None:
    assert index in plan_of(session, args)


def test_a_person_is_found_by_name_user_name_or_what_stood_there(session: Session, now: datetime) -> None:
    person = make_user(session, "auditor", username="zhang.san", display_name="张三")
    record(session, "sign in", "user_account", {}, actor=actor_of_user(person))
    person.display_name = "张三丰"
    record(session, "sign in", "user_account", {}, actor=Actor(None, "night job"))
    session.flush()

    def actors(text: str) -> set[str]:
        rows = fetch_page(session, AUDIT, {"person": text, "table": "user_account"}).rows
        return {row.actor for row in rows if row.action == "sign in"}

    assert [actors(text) for text in ("三丰", "ZHANG.S", "night", "李四")] == [{"张三"}, {"张三"}, {"night job"}, set()]


def test_the_newest_comes_first(session: Session, now: datetime) -> None:
    for days in (2, 0, 1):
        session.add(
            AuditEntry(
                at=now - timedelta(days=days), chain="hq", user_id=None, actor=f"{days}", origin="-", action="sign in",
                table_name="user_account", changes={},
            )
        )  # fmt: skip
    session.flush()
    assert [row.actor for row in fetch_page(session, AUDIT, {"table": "user_account"}).rows] == ["0", "1", "2"]
