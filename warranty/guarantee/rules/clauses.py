"""An order's lines in our own short words, in both languages: for its page and for certificates."""

from __future__ import annotations

from collections.abc import Iterable

from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.regimes import Ground, Regime
from warranty.guarantee.rules.texts import COMPONENT_NAMES

EFFECT_NAMES = {
    "steering_failure": Text("转向系统失效", "the steering fails"),
    "brake_failure": Text("制动系统失效", "the brakes fail"),
    "body_cracking": Text("车身开裂", "the body cracks"),
    "fuel_leak": Text("燃油泄漏", "fuel leaks"),
    "traction_battery_fire": Text("动力蓄电池起火", "the traction battery catches fire"),
}
_REMEDIES = {
    "replace_assembly": Text("可选择免费更换该总成", "a new assembly free of charge"),
    "replace_or_return": Text("可选择换车或者退货", "another car or the money back"),
    "replace": Text("可选择换车", "another car"),
}
_FEE = Text("，须支付使用补偿费", ", against a usage fee")
_NO_FEE = Text("", ", no usage fee")
_CASES = {
    "early_main_part": Text("{span}，{things}的主要零部件出现质量问题", "{span}, a main part of {things} fails"),
    "early_replacement": Text(
        "{span}，因质量问题需要更换{things}或者其主要零部件",
        "{span}, {things} or a main part of it has to be replaced for a quality problem",
    ),
    "early_effect": Text("{span}，因质量问题出现{effects}", "{span}, for a quality problem {effects}"),
    "serious_safety": Text(
        "因严重安全性能故障累计修理{limit}次，仍未排除或者又出现新的严重安全性能故障",
        "repaired {limit} times for serious safety faults, and it is not mended or a new one comes up",
    ),
    "assembly": Text(
        "{things}因其质量问题累计更换{limit}次，仍不能正常使用",
        "{things} replaced {limit} times for quality problems, and still not right",
    ),
    "main_part": Text(
        "{things}的同一主要零部件因其质量问题累计更换{limit}次，仍不能正常使用",
        "the same main part of {things} replaced {limit} times for quality problems, and still not right",
    ),
    "days": Text("因质量问题累计修理时间超过{limit}日", "more than {limit} days in repair for quality problems"),
    "times": Text("因同一质量问题累计修理超过{limit}次", "the same quality problem repaired more than {limit} times"),
}


def clause(ground: Ground) -> Text:
    """Say what a line demands and what it gives."""
    case, remedy = _CASES[ground.kind], _REMEDIES[ground.remedy]
    fee = _FEE if ground.usage_fee else _NO_FEE
    span = _span(ground)
    things, effects = (
        _listed(names, words) for names, words in ((ground.components, COMPONENT_NAMES), (ground.effects, EFFECT_NAMES))
    )
    zh = case.zh.format(span=span.zh, things=things.zh, effects=effects.zh, limit=ground.limit)
    en = case.en.format(span=span.en, things=things.en, effects=effects.en, limit=ground.limit)
    return Text(f"{zh}的，{remedy.zh}{fee.zh}。", f"{en[:1].upper()}{en[1:]}: {remedy.en}{fee.en}.")


def substitute_clause(order: Regime) -> Text:
    """Say from when a substitute car or transport compensation is due."""
    days = order.substitute_after_days
    return Text(
        f"包修期内单次修理时间超过{days}日的，自第{days + 1}日起提供备用车或者给予合理的交通费用补偿。",
        f"In the repair period, a repair of more than {days} days: from day {days + 1} a substitute car or transport "
        "compensation.",
    )


def _span(ground: Ground) -> Text:
    days, km = ground.within_days, ground.within_km
    if days is None and km is None:
        return Text("三包有效期内", "in the guarantee period")
    if km is None:
        return Text(f"三包有效期起算{days}日内", f"in the first {days} days")
    if days is None:
        return Text(f"行驶{km:,}公里内", f"in the first {km:,} km")
    return Text(
        f"三包有效期起算{days}日内或者行驶{km:,}公里内（先到者为准）",
        f"in the first {days} days or {km:,} km, whichever is over first",
    )


def _listed(names: Iterable[str], words: dict[str, Text]) -> Text:
    said = [words.get(name, Text(name, name)) for name in names]
    english = [one.en for one in said]
    last = f"{', '.join(english[:-1])} or {english[-1]}" if len(english) > 1 else "".join(english)
    return Text("、".join(one.zh for one in said), last)
