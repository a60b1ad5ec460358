"""A few quality reports of the demo network: a station's at every stage, and headquarters' own from claims.

Made through the services as stations and headquarters make them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealers.service.models import RepairJob, RepairOrder
from parts.quality.models import QualityReport
from parts.quality.services import (
    Answer,
    Card,
    MeasureText,
    StepText,
    add_measure,
    answer_report,
    begin_report,
    card_of,
    edit_report,
    go_on,
    open_for_job,
    open_from_claims,
    publish_measure,
    save_step,
    set_unit,
    submit_report,
)
from portal.auth.models import User
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from reports.analytics.cluster import read_cluster
from warranty.claims.models import Claim

#: The part of the demo's worst batch, and how its report of headquarters went: which day, how long ago.
PART = "1004-03210"
PLACES = {"leak": "密封面", "noise": "运动副", "no_function": "控制部分", "vibration": "连接处"}
STATIONS = 6
WORK: dict[int, str] = {
    1: "质量部牵头，成员：发动机设计、采购、供应商质量。",
    2: "冷启动时正时链条张紧器保压不足，异响约十秒。集中在2024年第10～22周生产的发动机。",
    3: "库存张紧器全部按批号隔离复检，保压合格的贴绿标后发放；通知各服务站更换前核对批号。",
    4: "单向阀钢球座倒角超差，停机后油腔泄压。解剖20件，18件座面有台阶，复现试验证实。",
    5: "钢球座改为精铰加工并增加保压100%检测；台架冷启动1000次无异响。",
    6: "新工艺件已切换投产，旧件库存退回供应商；零件号不变，批号自新批起。",
}  # fmt: skip
MEASURES = (
    ("interim", "更换前核对张紧器批号：2024年22周以前的库存件须有绿标，无绿标的退回总部。", 150),
    ("permanent", "张紧器钢球座改为精铰加工，出厂保压100%检测。", 95),
)


def make_quality_reports(session: Session, now: datetime) -> int:
    """Let stations report jobs, and headquarters work on a report of the claims of a bad batch; return how many."""
    engineer = _engineer(session)
    own = _of_claims(session, engineer, now)
    reports = _of_stations(session, now)
    for place, found in enumerate(reports):
        _go_on(session, found, place, own, engineer, now)
    session.flush()
    return len(reports) + (own is not None)


def _engineer(session: Session) -> Actor:
    """Return the quality engineer of the demo's accounts."""
    found = session.execute(select(User.id, User.display_name).where(User.username == "quality")).first()
    held = frozenset({Permission.QUALITY_HANDLE, Permission.QUALITY_VIEW})
    return Actor(found.id if found else None, found.display_name if found else "质量工程师", None, held)


def _of_claims(session: Session, engineer: Actor, now: datetime) -> QualityReport | None:
    """Work on a report of a bad batch's claims up to the check of the effect."""
    cluster = read_cluster(session, {"part": PART, "built_from": "2024-03-04", "built_until": "2024-06-02"})
    if not cluster.claims:
        return None
    begun = now - timedelta(days=190)
    found = open_from_claims(session, replace(cluster, produced_week="2024-W16"), engineer, begun)
    card = replace(
        card_of(found), title="正时链条张紧器保压不足，冷启动异响", failure_place="单向阀钢球座", engine_state="cold_start",
        speed="standing", cause="张紧器保压不足", handling="更换张紧器",
    )  # fmt: skip
    edit_report(session, found.number, card, engineer, begun)
    begin_report(session, found.number, engineer, begun)
    for step, text in WORK.items():
        _finish(session, found.number, step, text, engineer, begun + timedelta(days=step * 12))
    set_unit(session, found.number, "supplier", found.supplier or "供应商", engineer, begun)
    for kind, text, days in MEASURES:
        day = local_date(now - timedelta(days=days))
        measure = add_measure(session, found.number, MeasureText(kind, text, day), engineer, now - timedelta(days=days))
        publish_measure(session, found.number, measure.id, engineer, now - timedelta(days=days - 1))
    go_on(session, found.number, "decide", "", engineer, now - timedelta(days=100))
    go_on(session, found.number, "enforce", "", engineer, now - timedelta(days=94))
    return found


def _finish(session: Session, number: str, step: int, text: str, engineer: Actor, at: datetime) -> None:
    day: date = local_date(at)
    save_step(session, number, step, StepText(engineer.user_id, day, day, text), engineer, at)


def _of_stations(session: Session, now: datetime) -> list[QualityReport]:
    """Open reports of the newest claimed jobs of some stations, one a station; one of them of the known part."""
    rows = session.execute(
        select(RepairOrder.dealer_id, RepairOrder.number, RepairJob.id, RepairOrder.completed_at, Claim.causal_part)
        .join(RepairJob, RepairJob.order_id == RepairOrder.id).join(Claim, Claim.job_id == RepairJob.id)
        .where(RepairOrder.state == "completed", RepairOrder.completed_at < now - timedelta(days=3))
        .order_by(RepairOrder.completed_at.desc(), RepairOrder.id).limit(400)
    ).all()  # fmt: skip
    known = [row for row in rows if row.causal_part == PART][:1]
    first = {row.dealer_id: row for row in reversed(rows) if row.dealer_id not in {one.dealer_id for one in known}}
    chosen = [*known, *(first[dealer] for dealer in sorted(first))][:STATIONS]
    return [
        open_for_job(session, row.number, row.id, _technician(row.dealer_id), row.completed_at + timedelta(hours=1))
        for row in chosen
    ]


def _technician(dealer_id: int) -> Actor:
    return Actor(None, "技师", dealer_id, frozenset({Permission.QUALITY_REPORT}))


def _go_on(
    session: Session, found: QualityReport, place: int, own: QualityReport | None, engineer: Actor, now: datetime
) -> None:
    """Leave one a draft; submit the others, return one, join one, take one up whose first steps are overdue."""
    if place == 1 or found.dealer_id is None:
        return
    at = found.created_at + timedelta(hours=2)
    submit_report(session, found.number, _filled(card_of(found)), _technician(found.dealer_id), at)
    answered = min(at + timedelta(days=2), now)
    if place == 2:
        answer_report(session, found.number, Answer("return", "请补充失效件批号和照片"), engineer, answered)
    elif found.part_number == PART and own is not None:
        joined = Answer("join", "与在办问题相同，请按已发布的措施处理", own.number)
        answer_report(session, found.number, joined, engineer, answered)
    elif place == 4:
        answer_report(session, found.number, Answer("take_up", "已立项，请保留失效件"), engineer, answered)
        _finish(session, found.number, 1, "质量部与供应商成立小组。", engineer, answered)


def _filled(card: Card) -> Card:
    """Return the card with what a station would add."""
    mode = card.failure_mode or "other"
    return replace(
        card, part_number=card.part_number or PART, failure_mode=mode, failure_place=PLACES.get(mode, "本体"),
        road="city", weather="fine", speed="low", load="half", engine_state="warm", cause=card.cause or "待查",
        loss="停驶半天", loss_amount=Decimal("120.00"),
    )  # fmt: skip
