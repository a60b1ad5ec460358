"""What an answer says, in both languages: names of sources, and why each holds or does not."""

from __future__ import annotations

from warranty.coverage.rules.answer import Answer, Link
from warranty.coverage.rules.facts import Contract, Grant, Policy, Replaced, Until
from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.regimes import Regime
from warranty.guarantee.rules.texts import COMPONENT_NAMES

SOURCE_NAMES = {
    "law": Text("三包规定", "Three-guarantees law"),
    "policy": Text("保修政策", "Coverage policy"),
    "part": Text("配件质保", "Part warranty"),
    "contract": Text("延保合同", "Extended-service contract"),
    "goodwill": Text("善意索赔", "Goodwill"),
}
USE_NAMES = {
    "household": Text("家用", "household"),
    "commercial": Text("营运", "commercial"),
    "official": Text("公务", "official"),
    "rental": Text("出租租赁", "rental"),
}
_WHOLE_CAR = Text("整车", "whole car")
_WEAR = Text("易损耗零部件质量保证期", "own period of the wear part")
#: What is said of a source that has no period for what was asked.
_SILENT = {
    "not_sold": Text("没有销售记录，无法起算。", "No sale is on record, so nothing has begun."),
    "not_protected": Text(
        "该车的销售日期、类别或用途不在三包规定的保护范围内。",
        "No order protects a car of this day of sale, category and use.",
    ),
    "taken_back": Text(
        "该车属于“三包换退车”，只按当事人约定执行（第33条）。",
        "The car was taken back by the law: only what the parties agreed holds (Art. 33).",
    ),
    "withdrawn": Text("对此后销售的车辆已停止执行。", "Withdrawn for cars sold since."),
    "narrower": Text("另有范围更具体的政策，以其为准。", "A policy about just this holds instead."),
    "no_part": Text("没有指明配件。", "No part was named."),
    "not_replaced": Text("没有更换该配件的记录。", "The part is not known to have been replaced."),
    "other_component": Text("不含该总成。", "Does not cover this component."),
    "wear_part": Text("不含易损耗零部件。", "Does not cover wear parts."),
}
_NONE = {
    "policy": Text("销售日没有适用于该车的政策。", "No policy held for such a car on its day of sale."),
    "part": Text("更换当日没有该配件的质保规定。", "No part warranty held on the day it was put in."),
    "contract": Text("该车没有延保合同。", "The car has none."),
    "goodwill": Text("总部没有给予该车善意索赔。", "Headquarters granted none for the car."),
}


def nothing(source: str) -> Text:
    """Name a source of which the car has none."""
    return SOURCE_NAMES[source]


def law_name(order: Regime, *, wear: bool) -> Text:
    """Name the period of an order: the repair period, or the wear part's own."""
    what = _WEAR if wear else Text("包修期", "repair period")
    return Text(f"{order.name.zh}的{what.zh}", f"{order.name.en}, {what.en}")


def policy_name(policy: Policy, *, wear: bool) -> Text:
    """Name a policy by its range, component, use and version."""
    component = COMPONENT_NAMES.get(policy.component, _WHOLE_CAR)
    use = USE_NAMES.get(policy.use)
    zh = [policy.model or policy.series, component.zh, use.zh if use else "", _WEAR.zh if wear else ""]
    en = [policy.model or policy.series, component.en, use.en if use else "", _WEAR.en if wear else ""]
    return Text(
        f"保修政策：{'，'.join(filter(None, zh))}（第{policy.version}版）",
        f"Coverage policy: {', '.join(filter(None, en))} (version {policy.version})",
    )


def part_name(part: Replaced) -> Text:
    """Name a part that was put in."""
    return Text(
        f"配件质保：{part.part}，{part.day}于{part.odometer_km:,}公里更换",
        f"Part warranty: {part.part}, put in on {part.day} at {part.odometer_km:,} km",
    )


def contract_name(contract: Contract) -> Text:
    """Name a contract by its number and product."""
    said = f"{contract.number}，{contract.product}"
    return Text(f"延保合同：{said}", f"Extended-service contract: {contract.number}, {contract.product}")


def grant_name(grant: Grant) -> Text:
    """Name a grant, and say who bears what."""
    maker, dealer, customer = grant.shares
    return Text(
        f"善意索赔：{grant.number}（厂家{maker}%，经销商{dealer}%，客户{customer}%）",
        f"Goodwill: {grant.number} (headquarters {maker} %, dealer {dealer} %, customer {customer} %)",
    )


def limit(until: Until) -> Text:
    """Say until when: a day, and kilometres where they are bound."""
    if until.km is None:
        return Text(f"{until.day}，不限里程", f"{until.day}, any mileage")
    return Text(f"{until.day}或{until.km:,}公里", f"{until.day} or {until.km:,} km")


def reason(link: Link, odometer_km: int) -> Text:
    """Say why a source holds or does not."""
    if not link.speaks:
        return _NONE[link.source] if link.verdict == "none" else _SILENT[link.verdict]
    end, driven = limit(link.until), f"{odometer_km:,}"
    return {
        "holds": Text(f"有效，至{end.zh}（先到者为准）。", f"Holds until {end.en}, whichever is first."),
        "not_begun": Text(f"自{link.begins}起算，尚未开始。", f"Begins on {link.begins} only."),
        "time_over": Text(f"已于{link.until.day}到期。", f"Ended on {link.until.day}."),
        "km_over": Text(f"已行驶{driven}公里，超过{end.zh}。", f"{driven} km are beyond {end.en}."),
        "both_over": Text(
            f"已于{link.until.day}到期，行驶{driven}公里也已超过。",
            f"Ended on {link.until.day}, and {driven} km are beyond it.",
        ),
        "cancelled": Text(f"合同已终止，有效至{link.until.day}。", f"Cancelled; it held until {link.until.day}."),
    }[link.verdict]  # fmt: skip


def summary(answer: Answer) -> Text:
    """Say the whole answer in a sentence or two."""
    source = answer.source
    if source is not None:
        until = limit(source.until)
        then = [(link.name, limit(link.until)) for link in answer.afterwards]
        return Text(
            f"在保：{source.name.zh}，至{until.zh}。" + "".join(f"此后：{name.zh}，至{end.zh}。" for name, end in then),
            f"Covered by {source.name.en}, until {until.en}."
            + "".join(f" Then by {name.en}, until {end.en}." for name, end in then),
        )
    ended = answer.ended
    if ended is not None:
        said = reason(ended, answer.question.odometer_km)
        return Text(f"不在保：{ended.name.zh}{said.zh}", f"Not covered. {ended.name.en}: {said.en}")
    if answer.defined:
        return Text("不在保：尚未起算。", "Not covered: nothing has begun yet.")
    return Text("不在保：该车没有任何适用的保修。", "Not covered: no coverage is defined for this car.")
