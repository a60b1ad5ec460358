"""Old parts of the demo network in every state, made through the services as stations and headquarters make them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import cycle

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from parts.returns import services
from parts.returns.models import OldPart
from parts.returns.rules.asking import Demand, ReturnRule, Scope
from parts.returns.rules.labels import payload
from parts.returns.services import Finding
from portal.kernel.access import Actor, Permission
from portal.kernel.clock import local_date
from portal.kernel.money import round_fen
from warranty.claims.models import Claim
from warranty.claims.services.old_parts import ask_of_claim

#: Stations that send parts back, the newest claims of each, the most parts a box, and every which part waits for a shelf.
STATIONS, CLAIMS, IN_A_BOX, UNSHELVED = 3, 30, 4, 5
#: Stations whose people can sign in come first.
WITH_ACCOUNTS = 2
INSPECTOR, SECOND = Actor.system("侯建平"), Actor.system("苏敏")
CLERK = "潘晓芸"  # who packs, at every station
CARRIERS = ("顺丰速运", "德邦快递", "中通快运")
#: What inspections find, in turn, and what is deducted of what the claim paid.
FINDINGS = (
    ("ok", None, ""), ("no_fault", None, "台架试验正常，未复现故障"), ("ok", None, ""),
    ("damaged", 2, "壳体有敲击痕迹，无法判定原因"), ("wrong_part", None, "零件号与索赔单不符"), ("ok", None, ""), ("ok", None, ""),
    ("ok", None, ""), ("ok", None, ""), ("missing", None, "箱内无此件"), ("not_genuine", None, "非纯正件，无厂家标识"),
    ("ok", None, ""),
)  # fmt: skip
#: What stations object to deductions, and how headquarters answers.
DISPUTES = (
    ("拆检时故障可复现，附视频截图", "waive", "复核属实，予以返还"),
    ("运输途中受损，非我站造成", "uphold", "包装不合格，责任在发运方"), ("客户到店时零件即为此状态", None, ""),
)  # fmt: skip


def make_old_parts(session: Session, now: datetime) -> int:
    """Ask for the parts of some stations' newest claims and lead them on their way; return how many."""
    _write_rules(session, now - timedelta(days=300))
    findings, total = cycle(FINDINGS), 0
    stations = session.scalars(
        select(Claim.dealer_id).where(Claim.state == "approved").group_by(Claim.dealer_id)
        .order_by(case((Claim.dealer_id <= WITH_ACCOUNTS, 0), else_=1), func.count().desc(), Claim.dealer_id)
        .limit(STATIONS)
    ).all()  # fmt: skip
    for place, dealer_id in enumerate(stations):
        asked = _ask(session, dealer_id, now)
        total += len(asked)
        size = max(1, min(IN_A_BOX, len(asked) // 7))
        boxes = [asked[start : start + size] for start in range(0, len(asked), size)]
        for number, parts in enumerate(boxes):
            _send(session, parts, len(boxes) - number, CARRIERS[place % len(CARRIERS)], findings, now)
    session.flush()
    _object(session, now)
    _clear_out(session, now)
    return total


def _write_rules(session: Session, at: datetime) -> None:
    day: date = local_date(at)
    for rule, note in (
        (ReturnRule(Scope.COMPONENT, "traction_battery", Demand.ALWAYS, 0, 7, day), "三电件危险品，七日内返回"),
        (ReturnRule(Scope.COMPONENT, "body", Demand.SAMPLE, 30, 30, day), "车身件抽样返回"),
    ):
        services.add_rule(session, rule, note, INSPECTOR, at)


def _ask(session: Session, dealer_id: int, now: datetime) -> list[OldPart]:
    """Ask for what a station's newest approved claims put in, at the moments of their decisions."""
    claims = session.scalars(
        select(Claim)
        .where(Claim.dealer_id == dealer_id, Claim.state == "approved", Claim.decided_at < now - timedelta(days=1))
        .order_by(Claim.decided_at.desc(), Claim.id).limit(CLAIMS)
    ).all()  # fmt: skip
    for claim in claims:
        if claim.decided_at is not None:
            ask_of_claim(session, claim, claim.decided_at)
    parts = select(OldPart).where(OldPart.dealer_id == dealer_id).order_by(OldPart.asked_at, OldPart.id)
    return list(session.scalars(parts))


def _send(
    session: Session, parts: list[OldPart], from_the_end: int, carrier: str, findings: cycle[tuple[str, int | None, str]],
    now: datetime,
) -> None:  # fmt: skip
    """Lead a box on its way: the newest parts still wait, the box before is packed, the one before that on its way."""
    if from_the_end == 1:
        return
    clerk = Actor(None, CLERK, parts[0].dealer_id, frozenset({Permission.RETURN_PACK}))
    at = min(max(part.asked_at for part in parts) + timedelta(days=3), now - timedelta(days=1, hours=from_the_end))
    box = services.open_box(session, clerk, at)
    services.put_in(session, box.number, [part.number for part in parts], clerk, at)
    if from_the_end == 2:
        return
    services.ship(session, box.number, carrier, f"SF{box.id:010d}", clerk, at)
    if from_the_end == 3:
        return
    at = min(at + timedelta(days=3), now - timedelta(hours=6))
    services.sign_box(session, box.number, [payload(part.number) for part in parts], INSPECTOR, at)
    if from_the_end == 4:
        return
    for shelf, part in enumerate(parts, start=1):
        outcome, divisor, note = next(findings)
        amount = round_fen(part.cost / divisor) if divisor else None
        place = f"A-{box.id:02d}-{shelf}" if part.id % UNSHELVED else ""
        services.inspect(session, part.number, Finding(outcome, amount, note, place), INSPECTOR, at)


def _object(session: Session, now: datetime) -> None:
    """Let stations dispute the latest deductions some days after each, and headquarters answer all but the last."""
    found = session.scalars(
        select(OldPart).where(OldPart.deducted > 0)
        .order_by(OldPart.inspected_at.desc(), OldPart.id.desc()).limit(len(DISPUTES))
    ).all()  # fmt: skip
    for part, (reason, action, text) in zip(reversed(found), DISPUTES, strict=False):
        clerk = Actor(None, CLERK, part.dealer_id, frozenset({Permission.RETURN_PACK}))
        raised_at = min((part.inspected_at or now) + timedelta(days=2), now - timedelta(hours=5))
        services.dispute(session, part.number, reason, [], clerk, raised_at)
        if action is not None:
            at = min(raised_at + timedelta(days=2), now - timedelta(hours=3))
            services.answer(session, part.number, action, text, SECOND, at)


def _clear_out(session: Session, now: datetime) -> None:
    """Hand the first stored part to its supplier, scrap the next, and excuse one that cannot come."""
    stored = session.scalars(
        select(OldPart).where(OldPart.state == "stored", OldPart.outcome == "ok").order_by(OldPart.id).limit(2)
    ).all()  # fmt: skip
    for part, kind in zip(stored, ("hand_over", "scrap"), strict=False):
        receiver = part.maker or "—" if kind == "hand_over" else "华东再生资源有限公司"
        services.dispose(session, kind, receiver, [part.number], "", INSPECTOR, now - timedelta(hours=2))
    due = session.scalars(select(OldPart).where(OldPart.state == "due").order_by(OldPart.id.desc()).limit(1)).first()
    if due is not None:
        services.excuse(session, due.number, "零件被市场监管部门抽检留存", INSPECTOR, now - timedelta(hours=1))
    services.tell_overdue(session, now)
