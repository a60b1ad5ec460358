"""The demo's recovery from suppliers: two suppliers' contracts, and a demand for each month in some state of its life."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from dealers.network.models import Dealer
from portal.kernel.access import Actor
from portal.kernel.clock import at, local_date
from portal.kernel.money import round_fen, share
from portal.kernel.scoping import HeadOfficeScope, enter
from warranty.claims.models import Claim
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.costs import Period
from warranty.recovery.queries.figures import Share, read_shares
from warranty.recovery.queries.recoveries import find, lines_of
from warranty.recovery.rules.answers import ACCEPTED, PARTLY, REJECTED, Answer
from warranty.recovery.rules.contracts import ALL, PART, Terms
from warranty.recovery.services import adjust, booking, rounds
from warranty.recovery.services.booking import Payment
from warranty.recovery.services.contracts import ContractFacts, add_contract
from warranty.recovery.services.generate import recover_supplier
from warranty.settlement import deductions
from warranty.settlement.models import Deduction

ENGINEER, DESK = Actor.system("周明哲"), Actor.system("钱慧敏")
#: How far the demands of the months go, the newest month last; the second supplier is slower.
FATES = (("paid", "paid", "booked", "agreed", "disputed", "answered", "sent", "draft"),
         ("paid", "booked", "agreed", "second round", "disputed", "sent", "sent", "draft"))  # fmt: skip
REASONS = ("工时超过协议定额", "旧件检验未见异常，疑为装配问题", "超出协议约定的零件范围")
#: Of demands in these states something is taken back from a station afterwards.
TAKEN_BACK = ("paid", "booked", "agreed", "answered")
LIFE = ("draft", "sent", "answered", "agreed", "booked", "paid")


def recover(engine: Engine, seed: int, now: datetime, say: Callable[[str], None]) -> None:
    """Enter the contracts of the two dearest suppliers and make the demands of the months that are over."""
    today, random = local_date(now), Random(f"{seed} recoveries")
    with Session(engine, expire_on_commit=False) as session:
        enter(session, Actor.system("demo"), HeadOfficeScope("demo"))
        first = session.scalar(select(func.min(Claim.decided_at)))
        if first is None:
            return
        months = _months(local_date(first), today)
        dearest = read_shares(session, Period(months[0].first, today))[:2]
        for place, supplier in enumerate(dearest):
            signed = _contracts(session, supplier, place, months[0].first, now)
            for month, fate in zip(reversed(months), reversed(FATES[place]), strict=False):
                _demand(session, signed, month, fate, (now, random))
        _take_back(session, now)
        session.commit()
        made = session.scalar(select(func.count()).select_from(Recovery))
    say(f"recovery from {len(dearest)} suppliers: {made} demands")


def _months(first: date, today: date) -> list[Period]:
    """Return the whole months from a day until today, the oldest first."""
    starts = [first.replace(day=1)]
    while starts[-1] <= today:
        starts.append((starts[-1] + timedelta(days=32)).replace(day=1))
    return [Period(begin, end - timedelta(days=1)) for begin, end in pairwise(starts) if end <= today]


def _contracts(session: Session, supplier: Share, place: int, first: date, now: datetime) -> int:
    """Enter a contract over all parts, and one over the dearest part; return whose they are."""
    days = (date(first.year - 1, 4 + place, 1), date(first.year + 2, 3 + place, 28))
    terms = (Terms(Decimal(60), Decimal(100), Decimal(50), Decimal(2_500), Decimal(90_000)),
             Terms(Decimal("42.50"), Decimal(80), Decimal(0), None, Decimal(120_000)))[place]  # fmt: skip
    facts = ContractFacts(supplier.code, ALL, "", *days, terms, f"ZP-{first.year}-{17 + place:03d}")
    row = add_contract(session, facts, ENGINEER, now - timedelta(days=300))
    part = session.scalars(
        select(Claim.causal_part).where(Claim.causal_supplier == supplier.name_zh).group_by(Claim.causal_part).order_by(func.sum(Claim.audited).desc(), Claim.causal_part).limit(1)
    ).first()  # fmt: skip
    narrow = Terms(Decimal(100), Decimal(100), Decimal(100), Decimal(4_000), None)
    note = "该零件批次质量问题整改期间，工时与管理费由供应商全额承担。"
    add_contract(session, ContractFacts(supplier.code, PART, part or "", *days, narrow, "", 20, note), ENGINEER, now)
    return row.supplier_id


def _demand(session: Session, supplier_id: int, month: Period, fate: str, told: tuple[datetime, Random]) -> None:
    """Make a month's demand a few days later and take it as far as its fate says."""
    now, random = told
    begun = min(at(month.last + timedelta(days=4), 9), now - timedelta(hours=2))
    made = recover_supplier(session, supplier_id, month, ENGINEER, begun)
    if made is None:
        return
    found = find(session, made.number)
    moments = [min(begun + timedelta(days=days), now - timedelta(hours=1)) for days in (1, 12, 15, 18, 25)]
    reached = LIFE.index(fate) if fate in LIFE else 2
    if reached >= 1:
        rounds.send(session, found.id, ENGINEER, moments[0])
    if reached >= 2:
        rounds.answer_lines(session, found.id, _answers(lines_of(session, found.id), random), ENGINEER, moments[1])
    if fate in ("disputed", "second round") and found.accepted < found.asked:
        rounds.dispute(session, found.id, "检验报告表明属制造缺陷，工时按厂家定额核定。", ENGINEER, moments[2])
    if fate == "second round" and found.state == "disputed":
        rounds.send(session, found.id, ENGINEER, moments[3])
    if reached >= 3:
        rounds.agree(session, found.id, ENGINEER, moments[2])
    if reached >= 4:
        booking.book(session, found.id, DESK, moments[3])
    if reached >= 5:
        booking.pay(session, found.id, Payment(local_date(moments[4]), f"招行{found.id:06d}"), DESK, moments[4])


def _take_back(session: Session, now: datetime) -> None:
    """Debit a paid claim of a demand in either state; of the first one the supplier has got its money back already."""
    for place, state in enumerate(TAKEN_BACK):
        earlier = select(Deduction.claim_number).where(Deduction.claim_number.is_not(None))
        row = session.execute(
            select(Recovery.id, Claim.number, Claim.audited, Dealer.code)
            .join(RecoveryLine, RecoveryLine.recovery_id == Recovery.id).join(Claim, Claim.id == RecoveryLine.claim_id)
            .join(Dealer, Dealer.id == Claim.dealer_id)
            .where(Recovery.state == state, Claim.state == "settled", RecoveryLine.asked > 0,
                   func.coalesce(RecoveryLine.agreed, RecoveryLine.asked) == RecoveryLine.asked,
                   Claim.number.not_in(earlier))
            .order_by(Recovery.id, Claim.audited.desc()).limit(1)
        ).first()  # fmt: skip
        if row is None:
            continue
        half = round_fen(share(row.audited, Decimal("0.5")))
        reason = "抽检复核：工时多报，二次抵扣。"
        deductions.book(session, deductions.Booking(row.code, "debit", half, reason, row.number), DESK, now)
        if not place:
            said = adjust.Adjusting(local_date(now), "服务站工时多报，已二次抵扣，按比例退还供应商。", "招行退款000017")
            adjust.give_back(session, row.id, said, DESK, now)


def _answers(lines: Sequence[RecoveryLine], random: Random) -> dict[int, Answer]:
    """Answer as suppliers do: most lines are accepted, some partly, a few not; the first one never wholly."""
    found = {}
    for line in lines:
        if not line.asked:
            continue
        dice = 0.03 if line.position == 1 else random.random()
        if dice < 0.05:
            found[line.position] = Answer(REJECTED, None, random.choice(REASONS[1:]))
        elif dice < 0.15 and line.asked > 1:
            found[line.position] = Answer(PARTLY, round_fen(share(line.asked, Decimal("0.6"))), REASONS[0])
        else:
            found[line.position] = Answer(ACCEPTED)
    return found
