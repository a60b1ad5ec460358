"""The engine's finding of a demand, as a case keeps it: what, by which articles, in both languages.

It is reckoned from the facts up to the end of the day on which the demand was received; the words
are kept with it, so that a paper says later what it said then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from portal.kernel.money import ZERO
from warranty.guarantee.rules.assess import Assessment, Entitlement, WatchRow, assess, usage_fee
from warranty.guarantee.rules.facts import ZONE, Case, Demand, Text
from warranty.guarantee.rules.regimes import Regime, regime_on
from warranty.guarantee.rules.texts import key_name
from warranty.guarantee.rules.working_days import Calendar, deadline


@dataclass(frozen=True, slots=True)
class Basis:
    """One right that carries the demand."""

    code: str
    article: Text
    reason: Text
    usage_fee_due: bool


@dataclass(frozen=True, slots=True)
class CaseFinding:
    """What the law says of a demand. ``most_fee``: what the owner may be asked for the use, in yuan.

    ``order`` is the code of the order that protects the car, None where none does. ``ruling`` is the one
    whose working days count, for every demand: headquarters may accept in the owner's favour. ``price`` is
    what the fee was reckoned with, yuan.
    """

    order: str | None
    order_name: Text
    ruling: str
    reply_days: int
    complete_days: int
    accepted: bool
    reasons: tuple[Text, ...]
    basis: tuple[Basis, ...]
    reply_by: date
    complete_by: date
    provisional: bool
    most_fee: Decimal
    coefficient: Decimal
    price: Decimal

    def plain(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "order": self.order, "order_name": list(self.order_name), "ruling": self.ruling,
            "reply_days": self.reply_days, "complete_days": self.complete_days, "accepted": self.accepted,
            "reasons": [list(text) for text in self.reasons],
            "basis": [
                {"code": one.code, "article": list(one.article), "reason": list(one.reason), "fee": one.usage_fee_due}
                for one in self.basis
            ],
            "reply_by": self.reply_by.isoformat(), "complete_by": self.complete_by.isoformat(),
            "provisional": self.provisional, "most_fee": str(self.most_fee), "coefficient": str(self.coefficient),
            "price": str(self.price),
        }  # fmt: skip


def finding_from(kept: Mapping[str, Any]) -> CaseFinding:
    """Read what a case kept."""
    return CaseFinding(
        kept["order"], Text(*kept["order_name"]), kept["ruling"], kept["reply_days"], kept["complete_days"],
        kept["accepted"], tuple(Text(*one) for one in kept["reasons"]),
        tuple(
            Basis(one["code"], Text(*one["article"]), Text(*one["reason"]), one["fee"]) for one in kept["basis"]
        ),
        date.fromisoformat(kept["reply_by"]), date.fromisoformat(kept["complete_by"]), kept["provisional"],
        Decimal(kept["most_fee"]), Decimal(kept["coefficient"]), Decimal(kept["price"]),
    )  # fmt: skip


def find(case: Case, demand: Demand, orders: tuple[Regime, ...], calendar: Calendar) -> CaseFinding:
    """Judge a demand (Art. 22 to 28) by the facts up to the midnight that ends its day."""
    day = demand.received_on
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(days=1)
    before = tuple(visit for visit in case.repairs if visit.agreed_at < midnight)
    found = assess(replace(case, as_of=midnight, repairs=before, demand=demand), orders, calendar)
    ruling = found.regime or regime_on(orders, day) or orders[0]
    reply, complete = (deadline(calendar, day, days) for days in (ruling.reply_days, ruling.complete_days))
    codes = found.finding.basis if found.finding else ()
    carrying = [one for one in found.entitlements if one.code in codes]
    fee = usage_fee(case.sale.price, demand.odometer_km, case.certificate.usage_coefficient)
    free = bool(carrying) and any(not one.usage_fee_due for one in carrying)
    return CaseFinding(
        found.regime.code if found.regime and found.covered else None, ruling.name,
        ruling.code, ruling.reply_days, ruling.complete_days, bool(carrying),
        tuple(one.reason for one in carrying) or _refusal(found, demand), tuple(map(_basis, carrying)),
        reply.day, complete.day, reply.provisional or complete.provisional,
        ZERO if free or not found.covered else fee, case.certificate.usage_coefficient, case.sale.price,
    )  # fmt: skip


def _basis(one: Entitlement) -> Basis:
    return Basis(one.code, one.article, one.reason, one.usage_fee_due)


def _refusal(found: Assessment, demand: Demand) -> tuple[Text, ...]:
    """Say why the demand is not carried: no order, out of the period, another remedy, no line crossed."""
    if found.periods is None:
        return (found.reason,) if found.reason else ()
    span = found.periods.guarantee
    if not span.holds(demand.received_on, demand.odometer_km):
        return (
            Text(
                f"提出要求时（{demand.received_on}，{demand.odometer_km:,}公里）不在三包有效期内"
                f"（{span.start}至{span.end}，{span.km:,}公里，先到者为准）。",
                f"On {demand.received_on} at {demand.odometer_km:,} km the demand was outside the guarantee period "
                f"({span.start} to {span.end}, {span.km:,} km, whichever is over first).",
            ),
        )
    others = tuple(_other_remedy(one) for one in found.entitlements)
    return others or tuple(map(_short_of, found.watch)) or (_NOTHING,)


_NOTHING = Text(
    "三包有效期内没有计入三包的质量问题维修记录。", "No repair of a quality problem counts inside the guarantee period."
)
_REMEDIES = {
    "replace_assembly": Text("免费更换总成", "a new assembly free of charge"),
    "replace": Text("更换整车", "another car"),
    "replace_or_return": Text("换车或者退货", "another car or the money back"),
}


def _other_remedy(one: Entitlement) -> Text:
    remedy, said = _REMEDIES[one.remedy], one.reason
    return Text(
        f"{said.zh}该情形可以要求的是{remedy.zh}，不是本次提出的要求。",
        f"{said.en} It gives {remedy.en}, not what was asked for.",
    )


def _short_of(row: WatchRow) -> Text:
    """Say where a counter stands and that its line is not crossed."""
    name = key_name(row.ground.kind, row.key, row.labels)
    said, facts = _COUNTED[row.counter], {"value": row.value, "limit": row.limit}
    visits = "、".join(row.evidence), ", ".join(row.evidence)
    return Text(
        f"{said.zh.format(name=name.zh, **facts)}（{row.ground.article.zh}）。涉及维修：{visits[0]}。",
        f"{said.en.format(name=name.en, **facts)} ({row.ground.article.en}). Visits: {visits[1]}.",
    )


_COUNTED = {
    "repair_days": Text(
        "因质量问题累计修理{value}日，未超过{limit}日", "{value} days in repair, not more than {limit}"
    ),
    "same_problem": Text(
        "同一质量问题（{name}）累计修理{value}次，未超过{limit}次",
        "The same problem ({name}) was repaired {value} times, not more than {limit}",
    ),
    "serious_safety_repairs": Text(
        "因严重安全性能故障修理{value}次，未出现累计修理{limit}次后仍未排除或者又出现新故障的情形",
        "Serious safety faults were repaired {value} times; none stayed or came anew after {limit} repairs",
    ),
    "assembly_replacements": Text(
        "{name}更换{value}次，未出现累计更换{limit}次后仍不能正常使用的情形",
        "The {name} was replaced {value} times; it did not stay unusable after {limit} replacements",
    ),
    "main_part_replacements": Text(
        "主要零部件（{name}）更换{value}次，未出现累计更换{limit}次后仍不能正常使用的情形",
        "The main part ({name}) was replaced {value} times; it did not stay unusable after {limit} replacements",
    ),
}
