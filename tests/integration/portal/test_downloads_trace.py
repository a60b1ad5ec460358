"""Whoever takes a file out of the portal leaves a trace: who, of which list or paper, how many rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.auth.models import User
from portal.kernel import jobs
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry
from portal.kernel.jobs import Context, Handler, Outcome, enqueue, run_one
from portal.kernel.scoping import HeadOfficeScope, enter, leave
from portal.kernel.storage import storage
from tests.factories.network import actor_of_user, make_dealer, make_user
from tests.factories.service import make_repair_order

SignIn = Callable[[User], FlaskClient]


def traces(session: Session) -> list[AuditEntry]:
    """Read what was left of files, oldest first, from outside every dealer."""
    session.rollback()
    leave(session)
    enter(session, Actor.system("test"), HeadOfficeScope("test"))
    files = select(AuditEntry).where(AuditEntry.action.in_(("file made", "file downloaded")))
    return list(session.scalars(files.order_by(AuditEntry.id)))


def test_an_export_says_which_list_in_which_state_and_how_many_rows(
    app: Flask, session: Session, now: datetime, sign_in: SignIn
) -> None:
    manager = make_user(session, "service_manager")
    make_repair_order(session, now, actor=actor_of_user(manager))
    make_repair_order(session, now, actor=actor_of_user(manager), completed=False)
    stranger, (user, name, dealer) = make_user(session, "service_manager", make_dealer(session)), (
        manager.id, manager.display_name, manager.dealer_id,
    )  # fmt: skip
    session.commit()
    client, other = sign_in(manager), sign_in(stranger)
    place = client.post("/exports/", data={"list": "repair_orders", "query": "state=open"}).location
    session.rollback()
    assert run_one("worker")
    assert 'href="/service/?state=open"' in client.get(place).text
    assert client.get(f"{place}/file").status_code == 200
    assert other.get(f"{place}/file").status_code == 404
    made, taken = traces(session)
    assert [(entry.action, entry.user_id, entry.actor, entry.chain) for entry in (made, taken)] == [
        ("file made", user, name, f"dealer:{dealer}"), ("file downloaded", user, name, f"dealer:{dealer}"),
    ]  # fmt: skip
    assert (made.origin, taken.origin) == ("job", "127.0.0.1")
    assert made.changes == taken.changes
    said = {key: made.changes[key] for key in ("list", "query", "rows")}
    assert said == {"list": "repair_orders", "query": "state=open", "rows": 1}
    assert made.changes["file"].endswith(".xlsx")
    assert place.endswith(f"/{taken.row_id}")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("paper", "key", "page"),
    [
        ("case_reply", "RC-1", "/cases/RC-1"), ("case_supplement", "RC-1", "/cases/RC-1"),
        ("case_certificate", "RC-1", "/cases/RC-1"),
        ("campaign_letter", "SC-1:LSVAM4187R2000001", "/campaigns/cars/SC-1:LSVAM4187R2000001"),
        ("campaign_letters", "SC-1:2", "/campaigns/SC-1"), ("campaign_letters", "SC-1", "/campaigns/SC-1"),
        ("recall_report", "SC-1:phase:1", "/campaigns/SC-1"),
        ("old_part_labels", "RB-1@5", "/returns/boxes/RB-1"), ("old_part_labels", "due-2", "/returns/?state=due"),
        ("old_part_label", "CL-1-2", "/returns/parts/CL-1-2"),
        ("failure_tracking", "by=mode&since=2026-01-01&until=2026-06-30&mode=leak&endpoint=x&_external=1",
         "/analytics/failures?since=2026-01-01&amp;until=2026-06-30&amp;mode=leak&amp;by=mode&amp;measure=claims"),
    ],
)  # fmt: skip
def test_a_paper_leads_back_to_where_its_object_is_shown(
    app: Flask, session: Session, now: datetime, sign_in: SignIn, paper: str, key: str, page: str
) -> None:
    user = make_user(session, "quality")
    asked = {"paper": paper, "key": key}
    job = enqueue(session, "paper", "x", asked, actor_of_user(user), now, "zh_CN").id
    session.commit()
    text = sign_in(user).get(f"/downloads/{job}").text
    assert f'<a class="btn btn-outline-primary" href="{page}">' in text
    assert ("返回列表" if "?" in page else "返回原单据") in text


def test_a_paper_says_which_one(
    app: Flask, session: Session, now: datetime, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_context: Context) -> Outcome:
        storage().put("papers/x", b"%PDF")
        return Outcome({"bytes": 4}, "papers/x", "RO-1.pdf", "application/pdf")

    monkeypatch.setitem(jobs.HANDLERS, "paper", Handler(run))
    advisor = make_user(session)
    asked = {"paper": "repair_record", "key": "RO-1"}
    job = enqueue(session, "paper", "维修记录 RO-1", asked, actor_of_user(advisor), now, "zh_CN").id
    session.commit()
    client = sign_in(advisor)
    assert run_one("worker")
    assert 'href="/service/RO-1"' in client.get(f"/downloads/{job}").text
    client.get(f"/downloads/{job}/file")
    assert [entry.changes for entry in traces(session)] == [{"file": "RO-1.pdf", "title": "维修记录 RO-1", **asked}] * 2
