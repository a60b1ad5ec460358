from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parts.returns import services
from parts.returns.lists import BOXES
from parts.returns.models import OldPart, ReturnBox, ReturnNotice
from parts.returns.queries.pages import boxes_late
from parts.returns.rules.asking import Demand, ReturnRule, Scope
from parts.returns.rules.labels import payload, printed
from parts.returns.services import Finding, PaidPart
from parts.returns.states import OLD_PART
from portal.kernel.access import AccessDeniedError, Actor
from portal.kernel.clock import local_date
from portal.kernel.errors import ConflictError, DomainError, Fault
from portal.kernel.lifecycle import history
from portal.kernel.listing import all_rows
from portal.kernel.scoping import DealerScope, enter, leave
from tests.factories.network import make_actor, make_dealer
from tests.factories.returns import COST, SUPPLIER, make_box, make_due, make_old_part, packer
from tests.support.at_once import both_at_once
from warranty.settlement.models import Deduction

D = Decimal
SYSTEM = Actor.system("test")


def entries(session: Session) -> list[tuple[str, str, Decimal]]:
    rows = session.execute(select(Deduction.kind, Deduction.source, Deduction.amount).order_by(Deduction.id))
    return [(row[0], row[1], row[2]) for row in rows]


def told(raised: pytest.ExceptionInfo[DomainError]) -> tuple[Fault, ...]:
    return raised.value.faults


def test_what_is_asked_for_is_frozen_from_the_claim(session: Session, now: datetime) -> None:
    part = make_due(session, now, type="goodwill")
    assert (part.number, part.state, part.due_on) == (f"{part.claim_number}-2", "due", date(2026, 12, 20))
    assert (part.cost, part.maker, part.liability, part.demand) == (COST, SUPPLIER, "goodwill", "always")


def test_what_was_not_paid_for_stays_with_the_dealer(session: Session, now: datetime) -> None:
    lines = (
        PaidPart(1, "WP-1001", "水泵", D(1), True, D("0.00")),
        PaidPart(2, "SE-2002", "密封圈", D(2), False, D("8.00")),
    )
    with pytest.raises(ValueError, match="not enough values"):
        make_due(session, now, parts=lines)
    assert session.scalar(select(func.count()).select_from(OldPart)) == 0


def test_a_rule_holds_from_its_day_and_past_asking_stays(session: Session, now: datetime) -> None:
    before = make_due(session, now)
    never = ReturnRule(Scope.ALL, "", Demand.NEVER, 0, 30, date(2026, 11, 25))
    services.add_rule(session, never, "只返三电", SYSTEM, now)
    battery = ReturnRule(Scope.COMPONENT, "traction_battery", Demand.ALWAYS, 0, 7, date(2026, 11, 25))
    services.add_rule(session, battery, "", SYSTEM, now)
    later = now + timedelta(days=6)
    with pytest.raises(ValueError, match="not enough values"):
        make_due(session, later)
    kept = make_due(session, later, component="traction_battery")
    assert (before.state, kept.due_on) == ("due", date(2026, 12, 3))


def test_a_rule_that_cannot_be_is_told_at_its_field(session: Session, now: datetime) -> None:
    wrong = ReturnRule(Scope.PART, "NO-SUCH", Demand.ALWAYS, 0, 30, date(2026, 11, 20))
    with pytest.raises(DomainError) as raised:
        services.add_rule(session, wrong, "", SYSTEM, now)
    assert told(raised)[0].field == "subject"
    with pytest.raises(AccessDeniedError):
        services.add_rule(session, wrong, "", make_actor(session, "auditor"), now)


@pytest.mark.parametrize("state", OLD_PART.states)
def test_a_part_comes_into_every_state(session: Session, now: datetime, state: str) -> None:
    part = make_old_part(session, state, now)
    assert part.state == state
    session.flush()
    taken = {"missing": 1, "deducted": 1}.get(state, 0)
    assert entries(session) == [("old_part", part.number, -COST)] * taken


def test_a_deduction_comes_with_the_inspection_and_only_once(session: Session, now: datetime) -> None:
    part = make_old_part(session, "signed", now)
    services.inspect(session, part.number, Finding("damaged", D("600.25"), "壳体碰伤", "b-02"), SYSTEM, now)
    assert (part.state, part.place, part.deducted, part.outcome) == ("stored", "B-02", D("600.25"), "damaged")
    assert entries(session) == [("old_part", part.number, D("-600.25"))]
    with pytest.raises(ConflictError) as raised:
        services.inspect(session, part.number, Finding("missing"), SYSTEM, now)
    assert told(raised)[0].facts["number"] == part.number
    assert len(entries(session)) == 1


def test_a_missing_part_is_not_stored(session: Session, now: datetime) -> None:
    part = make_old_part(session, "signed", now)
    services.inspect(session, part.number, Finding("missing", place="A-1"), SYSTEM, now)
    assert (part.state, part.place) == ("missing", None)


@pytest.mark.parametrize(
    ("finding", "field"),
    [
        (Finding("eaten"), "outcome"),
        (Finding("damaged", D("1200.51")), "amount"),
        (Finding("damaged", D("1.00")), "note"),
        (Finding("ok", D("1.00")), "amount"),
        (Finding("ok", place="x" * 25), "place"),
    ],
)
def test_a_finding_that_makes_no_sense_is_told_and_nothing_is_done(
    session: Session, now: datetime, finding: Finding, field: str
) -> None:
    part = make_old_part(session, "signed", now)
    with pytest.raises(DomainError) as raised:
        services.inspect(session, part.number, finding, SYSTEM, now)
    assert told(raised)[0].field == field
    assert (part.state, entries(session)) == ("signed", [])


def test_only_who_inspects_inspects(session: Session, now: datetime) -> None:
    part = make_old_part(session, "signed", now)
    for role in ("auditor", "quality", "settlement"):
        with pytest.raises(AccessDeniedError):
            services.inspect(session, part.number, Finding("ok"), make_actor(session, role), now)


def test_packing_tells_what_does_not_belong_into_the_box(session: Session, now: datetime) -> None:
    mine, other = make_dealer(session), make_dealer(session)
    part, foreign = make_due(session, now, mine), make_due(session, now, other)
    packed = make_old_part(session, "packed", now, mine)
    who = make_actor(session, "warranty_clerk", mine)
    session.commit()
    leave(session)
    enter(session, who, DealerScope(mine.id))
    box = services.open_box(session, who, now)
    for label, words in (
        ("LSVAM4187R2000001", "is no label"), (payload(part.number)[:-1], "torn"),
        (payload(foreign.number), "No part of your station"), (payload(packed.number), "lies in box"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as raised:
            services.scan_in(session, box.number, label, who, now)
        assert words in told(raised)[0].message
        assert told(raised)[0].field == "label"
    part = services.scan_in(session, box.number, printed(part.number), who, now)
    services.scan_in(session, box.number, payload(part.number), who, now)  # scanned again, it stays
    assert (part.state, part.box_id) == ("packed", box.id)
    assert [step.action for step in history(session, part)] == ["pack"]
    services.take_out(session, box.number, part.number, who, now)
    assert (part.state, part.box_id) == ("due", None)


def test_parts_go_into_a_box_together_or_not_at_all(session: Session, now: datetime) -> None:
    part = make_due(session, now)
    gone = make_old_part(session, "shipped", now)
    who = packer(part.dealer_id)
    box = services.open_box(session, who, now)
    with pytest.raises(DomainError):
        services.put_in(session, box.number, [part.number, gone.number], who, now)
    assert part.state == "due"


def test_a_box_is_shipped_with_its_parts_and_a_carrier(session: Session, now: datetime) -> None:
    part = make_due(session, now)
    who = packer(part.dealer_id)
    box = services.open_box(session, who, now)
    assert services.open_box(session, who, now) is box  # an empty one is taken again
    with pytest.raises(DomainError) as raised:
        services.ship(session, box.number, " ", "", who, now)
    assert {fault.field for fault in told(raised)} == {"carrier", None}
    services.put_in(session, box.number, [part.number], who, now)
    with pytest.raises(DomainError):
        services.discard(session, box.number, who, now)
    services.ship(session, box.number, "顺丰", "SF1", who, now)
    assert (box.state, box.parts, part.state) == ("shipped", 1, "shipped")
    with pytest.raises(ConflictError):
        services.put_in(session, box.number, [make_due(session, now).number], who, now)


def test_a_box_counted_wrong_is_told_label_by_label_and_nothing_is_done(session: Session, now: datetime) -> None:
    first, second, elsewhere, nowhere = (make_due(session, now) for _ in range(4))
    box, other = make_box(session, now, first, second), make_box(session, now, elsewhere)
    scanned = [payload(first.number), payload(elsewhere.number), payload(nowhere.number)]
    with pytest.raises(DomainError) as raised:
        services.sign_box(session, box.number, scanned, SYSTEM, now)
    facts = [(fault.message.split(" ")[1], fault.facts["number"], fault.facts.get("box")) for fault in told(raised)]
    assert facts == [
        ("belongs", elsewhere.number, other.number), ("is", nowhere.number, None), ("is", second.number, None),
    ]  # fmt: skip
    assert [row.state for row in (box, first, second)] == ["shipped", "shipped", "shipped"]
    with pytest.raises(DomainError):  # what is too many is never signed for
        services.sign_box(session, box.number, scanned, SYSTEM, now, lacking=True)
    counted = services.sign_box(session, box.number, [payload(first.number), ""], SYSTEM, now, lacking=True)
    assert counted.missing == (second.number,)
    assert (box.state, box.lacking, first.state) == ("signed", 1, "signed")
    assert (second.state, second.box_id, history(session, second)[-1].reason) == ("due", None, box.number)


def test_a_box_is_signed_for_by_labels_only(session: Session, now: datetime) -> None:
    part = make_old_part(session, "shipped", now)
    box = session.get_one(ReturnBox, part.box_id)
    for scanned, words in (([], "scan the labels"), (["", "x"], "is no label"), ([payload(part.number)[:-2]], "torn")):
        with pytest.raises(DomainError) as raised:
            services.sign_box(session, box.number, scanned, SYSTEM, now)
        assert words in told(raised)[0].message
    assert box.state == "shipped"


def test_a_box_that_never_arrives_does_not_save_its_parts_from_the_deduction(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    parts = [make_due(session, now - timedelta(days=200), dealer) for _ in range(2)]
    box = make_box(session, now - timedelta(days=190), *parts)
    with pytest.raises(DomainError):
        services.write_off(session, dealer.code, "逾期", SYSTEM, now)
    with pytest.raises(DomainError):
        services.lose_box(session, box.number, " ", SYSTEM, now)  # needs its reason
    with pytest.raises(AccessDeniedError):
        services.lose_box(session, box.number, "丢失", make_actor(session, "warranty_clerk", dealer), now)
    services.lose_box(session, box.number, "承运商查无此单", SYSTEM, now)
    assert (box.state, box.lacking, box.signed_at) == ("discarded", 2, None)
    assert [(part.state, part.box_id) for part in parts] == [("due", None)] * 2
    assert history(session, box)[-1].reason == "承运商查无此单"
    assert services.tell_overdue(session, now) == 2
    assert len(services.write_off(session, dealer.code, "逾期", SYSTEM, now)) == 2
    with pytest.raises(ConflictError):
        services.lose_box(session, box.number, "再来一次", SYSTEM, now)


def test_a_box_is_late_after_thirty_days(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    for days in (31, 30, 1):
        make_box(session, now - timedelta(days=days), make_due(session, now - timedelta(days=days), dealer))
    signed = make_box(session, now - timedelta(days=60), part := make_due(session, now - timedelta(days=60), dealer))
    services.sign_box(session, signed.number, [payload(part.number)], SYSTEM, now)
    services.open_box(session, packer(dealer.id), now)
    assert boxes_late(session, local_date(now)) == 1
    listed = {answer: len(list(all_rows(session, BOXES, {"late": answer}))) for answer in ("yes", "no")}
    assert listed == {"yes": 1, "no": 4}


def test_what_is_overdue_is_told_once_and_written_off_once(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    late, packed = (make_due(session, now - timedelta(days=40), dealer) for _ in range(2))
    fresh = make_due(session, now, dealer)
    box = services.open_box(session, packer(dealer.id), now)
    services.put_in(session, box.number, [packed.number], packer(dealer.id), now)
    assert (services.tell_overdue(session, now), services.tell_overdue(session, now)) == (2, 0)
    assert set(session.scalars(select(ReturnNotice.old_part_id))) == {late.id, packed.id}
    gone = services.write_off(session, dealer.code, "两次催促未返", SYSTEM, now)
    assert {part.number for part in gone} == {late.number, packed.number}
    assert [(part.state, part.deducted, part.box_id) for part in gone] == [("missing", COST, None)] * 2
    assert fresh.state == "due"
    with pytest.raises(DomainError):
        services.write_off(session, dealer.code, "再来一次", SYSTEM, now)
    assert len(entries(session)) == 2


def test_the_last_day_itself_is_in_time(session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    make_due(session, now - timedelta(days=30), dealer)
    with pytest.raises(DomainError):
        services.write_off(session, dealer.code, "逾期", SYSTEM, now)


def test_a_disputed_deduction_is_answered_by_another_person(session: Session, now: datetime) -> None:
    inspector, other = make_actor(session, "parts_desk"), make_actor(session, "quality")
    part = make_old_part(session, "signed", now)
    services.inspect(session, part.number, Finding("no_fault"), inspector, now)
    with pytest.raises(DomainError) as raised:
        services.dispute(session, part.number, " ", [], packer(part.dealer_id), now)
    assert told(raised)[0].field == "reason"
    services.dispute(session, part.number, "台架试验可以复现漏水", [], packer(part.dealer_id), now)
    with pytest.raises(ConflictError):
        services.dispute(session, part.number, "再说一遍", [], packer(part.dealer_id), now)
    with pytest.raises(DomainError, match="another person"):
        services.answer(session, part.number, "waive", "复核属实", inspector, now)
    answered = services.answer(session, part.number, "waive", "复核属实", other, now)
    assert (answered.state, answered.answer, answered.answered_by) == ("waived", "复核属实", other.name)
    entry = session.scalars(select(Deduction)).one()
    assert (entry.settlement_id, entry.cancelled_by, entry.cancelled_for) == (None, other.name, "复核属实")
    with pytest.raises(ConflictError):
        services.answer(session, part.number, "uphold", "不同意", other, now)


def test_an_upheld_deduction_stands(session: Session, now: datetime) -> None:
    part = make_old_part(session, "deducted", now)
    services.dispute(session, part.number, "不属实", [], packer(part.dealer_id), now)
    with pytest.raises(DomainError):
        services.answer(session, part.number, "uphold", "", SYSTEM, now)
    services.answer(session, part.number, "uphold", "照片显示磕碰", SYSTEM, now)
    assert session.scalars(select(Deduction.cancelled_at)).one() is None


def test_only_a_deduction_is_disputed(session: Session, now: datetime) -> None:
    part = make_old_part(session, "accepted", now)
    with pytest.raises(DomainError, match="Nothing was deducted"):
        services.dispute(session, part.number, "不属实", [], packer(part.dealer_id), now)


def test_a_list_takes_all_its_parts_or_none(session: Session, now: datetime) -> None:
    stored, signed = make_old_part(session, "stored", now), make_old_part(session, "signed", now)
    disputed = make_old_part(session, "deducted", now)
    services.dispute(session, disputed.number, "不属实", [], packer(disputed.dealer_id), now)
    services.store(session, disputed.number, "A-2", SYSTEM, now)
    numbers = [stored.number, signed.number, disputed.number, "CL-9-1"]
    with pytest.raises(DomainError) as raised:
        services.dispose(session, "scrap", "某再生资源公司", numbers, "", SYSTEM, now)
    assert [fault.facts["number"] for fault in told(raised)] == ["CL-9-1", signed.number, disputed.number]
    assert stored.state == "stored"
    with pytest.raises(DomainError, match="was made by"):
        services.dispose(session, "hand_over", "别家工厂", [stored.number], "", SYSTEM, now)
    made = services.dispose(session, "hand_over", SUPPLIER, [stored.number], "分析用", SYSTEM, now)
    assert (made.number, made.parts, stored.state, stored.disposal_id) == (
        "RD-HQ-202611-0001", 1, "handed_over", made.id,
    )  # fmt: skip


@pytest.mark.databases("postgresql")
def test_a_part_that_two_people_pack_at_once_lies_in_one_box(app: Flask, session: Session, now: datetime) -> None:
    dealer = make_dealer(session)
    number = make_due(session, now, dealer).number
    clerks = (make_actor(session, "warranty_clerk", dealer), make_actor(session, "parts_clerk", dealer))
    first = services.open_box(session, clerks[0], now)
    services.put_in(session, first.number, [make_due(session, now, dealer).number], clerks[0], now)
    boxes = {clerks[0].name: first.number, clerks[1].name: services.open_box(session, clerks[1], now).number}
    assert len(set(boxes.values())) == 2
    session.commit()
    outcomes = both_at_once(
        app, clerks, lambda mine, clerk: services.put_in(mine, boxes[clerk.name], [number], clerk, now)[0].box_id
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["DomainError", "int"]


@pytest.mark.databases("postgresql")
def test_what_is_shipped_while_it_is_written_off_is_one_or_the_other(
    app: Flask, session: Session, now: datetime
) -> None:
    dealer = make_dealer(session)
    part = make_due(session, now - timedelta(days=40), dealer)
    clerk, desk = make_actor(session, "warranty_clerk", dealer), make_actor(session, "parts_desk")
    box = services.open_box(session, clerk, now)
    services.put_in(session, box.number, [part.number], clerk, now)
    number, key, code = box.number, part.id, dealer.code
    session.commit()

    def act(mine: Session, actor: Actor) -> str:
        if actor is clerk:
            return services.ship(mine, number, "顺丰", "", actor, now).state
        return services.write_off(mine, code, "逾期未返", actor, now)[0].state

    outcomes = both_at_once(app, (clerk, desk), act)
    session.rollback()
    state = session.scalars(select(OldPart.state).where(OldPart.id == key)).one()
    assert sum(isinstance(one, DomainError) for one in outcomes) == 1
    assert len(entries(session)) == (1 if state == "missing" else 0)
    assert state in {"missing", "shipped"}
