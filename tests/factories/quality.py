"""Quality reports in any state, made through the services as stations and headquarters make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from dealers.vehicles.models import Vehicle
from parts.catalogue.models import Part
from parts.quality.models import QualityReport
from parts.quality.queries.reports import find_report
from parts.quality.services import (
    Answer,
    Cluster,
    LinkedClaim,
    MeasureText,
    StepText,
    add_measure,
    answer_report,
    begin_report,
    card_of,
    check_effect,
    go_on,
    open_for_job,
    open_from_claims,
    save_step,
    set_unit,
    submit_report,
    withdraw_own_report,
)
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from tests.factories.claims import make_completed_order
from tests.factories.vehicles import make_vehicle
from tests.support.rows import fill

ENGINEER = Actor.system("质量工程师")
#: What a station adds to what the visit says.
ADDED: dict[str, Any] = {
    "failure_place": "水泵轴封", "road": "city", "weather": "rain", "speed": "low", "load": "half",
    "engine_state": "warm", "loss": "冷却液流失，拖车一次", "loss_amount": Decimal("260.00"),
}  # fmt: skip
#: The states of a report's life in their order, with what leads to each.
WAY = ("draft", "submitted", "in_analysis", "measures", "checking", "closed")


def reporter(dealer: Dealer) -> Actor:
    """Return somebody of a station who reports."""
    held = frozenset({Permission.QUALITY_REPORT, Permission.QUALITY_VIEW})
    return Actor(None, "技师", dealer.id, held)


def make_report(
    session: Session, now: datetime, state: str = "submitted", *, dealer: Dealer, vehicle: Vehicle | None = None,
    **card: Any,
) -> QualityReport:  # fmt: skip
    """Open a report of a fresh order at headquarters' session and take it into a state of its life."""
    order = make_completed_order(session, dealer, vehicle or make_vehicle(session), now - timedelta(days=1))
    found = open_for_job(session, order.number, order.jobs[0].id, reporter(dealer), now)
    if state == "draft":
        return found
    submit_report(session, found.number, replace(card_of(found), **{**ADDED, **card}), reporter(dealer), now)
    bring_to(session, found.number, state, now)
    return find_report(session, found.number)


def cluster_of(now: datetime, **changes: Any) -> Cluster:
    """Return two claims of the same failure."""
    claims = tuple(
        LinkedClaim(f"CL-D000{number}-202611-0001", f"D000{number}", f"LSVAM418XRN00000{number}", now, 8_000 * number,
                    "发动机漏水", Decimal("752.10"))
        for number in (1, 2)
    )  # fmt: skip
    cluster = Cluster("水泵渗漏", "W-PUMP", "W-PUMP件", "某配件厂", "engine", "leak", None, None, claims)
    return replace(cluster, **changes)


def make_own_report(session: Session, now: datetime, state: str = "draft", **changes: Any) -> QualityReport:
    """Open a report of headquarters' own and take it into a state of its life."""
    found = open_from_claims(session, cluster_of(now, **changes), ENGINEER, now)
    if state not in {"draft", "withdrawn"}:
        begin_report(session, found.number, ENGINEER, now)
    if state != "draft":
        bring_to(session, found.number, state, now)
    return found


def bring_to(session: Session, number: str, state: str, now: datetime) -> None:
    """Take a report further along its life, or to an end that is no close."""
    if state == "withdrawn":
        withdraw_own_report(session, number, "解剖未见批次问题", ENGINEER, now)
        return
    if state in {"returned", "rejected"}:
        outcome = {"returned": "return", "rejected": "reject"}[state]
        answer_report(session, number, Answer(outcome, "请补充失效件照片"), ENGINEER, now)
        return
    at = find_report(session, number).state
    for target in WAY[WAY.index(at) + 1 : WAY.index(state) + 1]:
        _further(session, number, target, now)


def _further(session: Session, number: str, target: str, now: datetime) -> None:
    today = local_date(now)
    if target == "in_analysis":
        answer_report(session, number, Answer("take_up", "已立项分析"), ENGINEER, now)
    elif target == "measures":
        finish_steps(session, number, now, 1, 2, 3, 4)
        set_unit(session, number, "supplier", "某配件厂", ENGINEER, now)
        add_measure(session, number, MeasureText("interim", "库存件全检，渗漏件隔离", today), ENGINEER, now)
        go_on(session, number, "decide", "", ENGINEER, now)
    elif target == "checking":
        finish_steps(session, number, now, 5, 6)
        add_measure(session, number, MeasureText("permanent", "轴封改用氟橡胶", today), ENGINEER, now)
        go_on(session, number, "enforce", "", ENGINEER, now)
    elif target == "closed":
        finish_steps(session, number, now, 7, 8)
        check_effect(session, number, "effective", "措施后六个月无新增索赔", ENGINEER, now, early="台架试验已通过")
        go_on(session, number, "close", "问题已解决", ENGINEER, now)


def finish_steps(session: Session, number: str, now: datetime, *steps: int) -> None:
    """Write a text at each step and call it done today."""
    today = local_date(now)
    for step in steps:
        typed = StepText(None, today, today, f"第{step}步已完成")
        save_step(session, number, step, typed, ENGINEER, now)


def make_chain(session: Session) -> None:
    """A pump that was replaced twice, and a part of its own."""
    for number, following in (("W-PUMP", "W-PUMP2"), ("W-PUMP2", "W-PUMP3"), ("W-PUMP3", None), ("OTHER", None)):
        known = session.scalars(select(Part).where(Part.number == number)).first()
        part = known or fill(session, Part, number=number)
        part.superseded_by = following
    session.flush()
