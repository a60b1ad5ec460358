"""The sentences of an assessment, in both languages: what was crossed, what the next visit would cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from warranty.guarantee.rules.crossing import Crossed
from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.regimes import Ground, Regime

COMPONENT_NAMES = {
    "engine": Text("发动机", "engine"),
    "transmission": Text("变速器", "transmission"),
    "traction_battery": Text("动力蓄电池", "traction battery"),
    "drive_motor": Text("行驶驱动电机", "drive motor"),
    "steering": Text("转向系统", "steering"),
    "brakes": Text("制动系统", "brakes"),
    "suspension": Text("悬架系统", "suspension"),
    "driveline": Text("传动系统", "driveline"),
    "pollution_control": Text("污染控制装置", "pollution control"),
    "body": Text("车身", "body"),
    "other": Text("其他", "other"),
}
PART_NAMES = {
    "crankshaft": Text("曲轴", "crankshaft"), "main_bearing": Text("主轴承", "main bearing"),
    "connecting_rod": Text("连杆", "connecting rod"),
    "connecting_rod_bearing": Text("连杆轴承", "connecting rod bearing"),
    "piston": Text("活塞", "piston"), "piston_ring": Text("活塞环", "piston ring"),
    "piston_pin": Text("活塞销", "piston pin"), "cylinder_head": Text("气缸盖", "cylinder head"),
    "camshaft": Text("凸轮轴", "camshaft"), "valve": Text("气门", "valve"),
    "cylinder_block": Text("气缸体", "cylinder block"), "case": Text("箱体", "case"), "gear": Text("齿轮", "gear"),
    "shaft": Text("轴类", "shaft"), "bearing": Text("轴承", "bearing"),
    "internal_power_element": Text("箱内动力传动元件", "internal power element"),
    "cell": Text("单体蓄电池", "cell"), "stator": Text("定子", "stator"), "rotor": Text("转子", "rotor"),
    "housing": Text("壳体", "housing"), "steering_gear": Text("转向机总成", "steering gear"),
    "steering_column": Text("转向柱", "steering column"), "universal_joint": Text("转向万向节", "universal joint"),
    "tie_rod": Text("转向拉杆", "tie rod"), "knuckle": Text("转向节", "steering knuckle"),
    "master_cylinder": Text("制动主缸", "master cylinder"), "wheel_cylinder": Text("制动轮缸", "wheel cylinder"),
    "booster": Text("制动助力器", "brake booster"), "pedal_and_bracket": Text("制动踏板及其支架", "pedal and bracket"),
    "spring": Text("弹簧", "spring"), "control_arm": Text("控制臂", "control arm"), "link": Text("连杆", "link"),
    "axle_housing": Text("桥壳", "axle housing"), "final_drive": Text("主减速器", "final drive"),
    "differential": Text("差速器", "differential"), "propeller_shaft": Text("传动轴", "propeller shaft"),
    "half_shaft": Text("半轴", "half shaft"), "catalytic_converter": Text("催化转化器", "catalytic converter"),
    "particulate_filter": Text("颗粒捕集器", "particulate filter"), "body_frame": Text("车身骨架", "body frame"),
    "subframe": Text("副车架", "subframe"), "longitudinal_beam": Text("纵梁", "longitudinal beam"),
    "cross_beam": Text("横梁", "cross beam"), "door_body": Text("前后车门本体", "door body"),
}  # fmt: skip
#: Same word, another thing: a traction battery's case is no gearbox's.
_OF_COMPONENT = {
    ("traction_battery", "case"): Text("动力蓄电池箱体", "battery case"),
    ("suspension", "link"): Text("悬架连杆", "suspension link"),
}


def part_name(component: str, part: str) -> Text:
    """Return the name of a main part; one that headquarters added is named by its own word."""
    return _OF_COMPONENT.get((component, part)) or PART_NAMES.get(part) or Text(part, part)


#: What problems are called, by their keys; one without a name is called by its key.
Labels = Mapping[str, Text]
NO_LABELS: Labels = {}


def key_name(kind: str, key: str | None, labels: Labels = NO_LABELS) -> Text:
    """Return the name of what a line is about: an assembly, ``component/part`` or a problem in its own words."""
    if key is None:
        return Text("", "")
    if kind == "assembly":
        return COMPONENT_NAMES[key]
    return part_name(*key.split("/", 1)) if kind == "main_part" else labels.get(key) or Text(key, key)


def _sentence(said: Text, article: Text, ids: Sequence[str]) -> Text:
    """Close a sentence with the article and the visits."""
    tail = visits(ids)
    return Text(f"{said.zh}（{article.zh}）。{tail.zh}", f"{said.en} ({article.en}).{tail.en}")


def visits(ids: Sequence[str]) -> Text:
    """Return how a sentence names its visits, at its end; a page that links them leaves this out."""
    return Text(f"涉及维修：{'、'.join(ids)}。", f" Visits: {', '.join(ids)}.")


def reason(crossed: Crossed, ids: Sequence[str], labels: Labels = NO_LABELS) -> Text:
    """Say why a line is crossed: the figures, the article, the visits."""
    ground = crossed.ground
    name, within = key_name(ground.kind, crossed.key, labels), _within(ground)
    said = _REASONS[ground.kind]
    facts = {"value": crossed.value, "limit": ground.limit, "times": _times(crossed.value)}
    return _sentence(
        Text(
            said.zh.format(name=name.zh, within=within.zh, **facts),
            said.en.format(name=name.en, within=within.en, **facts),
        ),
        ground.article,
        ids,
    )


def _within(ground: Ground) -> Text:
    """Say the bounds that an early line has: days, kilometres or both."""
    bounds = []
    if ground.within_days is not None:
        bounds.append(Text(f"自起算之日起{ground.within_days}日内", f"{ground.within_days} days"))
    if ground.within_km is not None:
        bounds.append(Text(f"行驶{ground.within_km:,}公里内", f"{ground.within_km:,} km"))
    return Text("且".join(bound.zh for bound in bounds), " and ".join(bound.en for bound in bounds))


_REASONS = {
    "early_main_part": Text(
        "{within}，主要总成的主要零部件出现质量问题，可免费更换该总成",
        "A main part of an assembly failed within {within}: the assembly is to be replaced free",
    ),
    "early_replacement": Text(
        "{within}，因质量问题需要更换主要总成或其主要零部件",
        "An assembly or a main part of one had to be replaced within {within}",
    ),
    "early_effect": Text(
        "{within}，出现转向或制动失效、车身开裂、燃油泄漏等严重情形",
        "A failure the order names, such as of steering or brakes, occurred within {within}",
    ),
    "serious_safety": Text(
        "因严重安全性能故障已修理{value}次，故障仍未排除或又出现新的严重安全性能故障",
        "Serious safety faults were repaired {times}, and one is not cured or there is a new one",
    ),
    "assembly": Text(
        "{name}因质量问题已更换{value}次，仍不能正常使用",
        "The {name} was replaced {times} and still does not work properly",
    ),
    "main_part": Text(
        "同一主要零部件（{name}）因质量问题已更换{value}次，仍不能正常使用",
        "The same main part ({name}) was replaced {times} and still does not work properly",
    ),
    "days": Text("因质量问题累计修理{value}日，超过{limit}日", "Repairs add up to {value} days, more than {limit}"),
    "times": Text(
        "同一质量问题（{name}）累计修理{value}次，超过{limit}次",
        "The same problem ({name}) was repaired {times}, more than {limit}",
    ),
}  # fmt: skip

_REMEDIES = {
    "replace_or_return": Text("可要求换车或退货", "the owner may ask for another car or the money back"),
    "replace": Text("可要求换车", "the owner may ask for another car"),
}


def next_step(
    ground: Ground, key: str | None, value: int, ids: Sequence[str], labels: Labels = NO_LABELS, *, crossed: bool
) -> Text:
    """Say how far a counter is from its line, and what crosses it."""
    remedy, name = _REMEDIES[ground.remedy], key_name(ground.kind, key, labels)
    if crossed:
        said = _CROSSED
    elif ground.kind in _BEFORE and value < ground.limit:
        said = _BEFORE[ground.kind]
    else:
        said = _NEXT[ground.kind]
    short = ground.limit - value
    facts = {"left": short + 1, "short": short, "limit": ground.limit, "name": name.zh, "remedy": remedy.zh}
    zh = said.zh.format_map(facts)  # once a counter of every car: the fast one of Python's ways
    facts["name"], facts["remedy"] = name.en, remedy.en
    facts["days"], facts["repairs"] = _more(short + 1, "day"), _more(short + 1, "repair")
    facts["again"] = "once more" if short == 1 else f"{short} more times"
    return _sentence(Text(zh, said.en.format_map(facts)), ground.article, ids)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _more(count: int, noun: str) -> str:
    return f"1 more {noun}" if count == 1 else f"{count} more {noun}s"


_CROSSED = Text("已达法定条件，消费者{remedy}", "The line is crossed: {remedy}")
_NEXT = {
    "days": Text(
        "再累计修理{left}日即超过{limit}日，消费者{remedy}",
        "{days} in repair would make it more than {limit}: {remedy}",
    ),
    "times": Text(
        "该问题（{name}）再修理{left}次即超过{limit}次，消费者{remedy}",
        "{repairs} of this problem ({name}) would make it more than {limit}: {remedy}",
    ),
    "serious_safety": Text(
        "若故障仍未排除，或再次出现严重安全性能故障，消费者{remedy}",
        "If the fault is not cured, or the next visit is for a serious safety fault: {remedy}",
    ),
    "assembly": Text(
        "若{name}仍不能正常使用，或下次维修再涉及{name}，消费者{remedy}",
        "If the {name} still does not work properly, or the next visit is about it again: {remedy}",
    ),
    "main_part": Text(
        "若{name}仍不能正常使用，或下次维修再涉及该零部件，消费者{remedy}",
        "If the {name} still does not work properly, or the next visit is about it again: {remedy}",
    ),
}  # fmt: skip
_BEFORE = {
    "serious_safety": Text(
        "严重安全性能故障再修理{short}次后，故障仍未排除或又出现新的严重安全性能故障的，消费者{remedy}",
        "If serious safety faults are repaired {again}, and one is not cured or there is a new one: {remedy}",
    ),
    "assembly": Text(
        "{name}再更换{short}次后仍不能正常使用的，消费者{remedy}",
        "If the {name} is replaced {again} and still does not work properly: {remedy}",
    ),
    "main_part": Text(
        "{name}再更换{short}次后仍不能正常使用的，消费者{remedy}",
        "If the {name} is replaced {again} and still does not work properly: {remedy}",
    ),
}


def not_covered(regime: Regime | None, sold_on: date, category: str, use: str) -> Text:
    """Say why no order protects the car."""
    if regime is None:
        return Text(
            f"车辆销售之日（{sold_on}）尚无施行中的家用汽车三包规定，不适用三包。",
            f"No three-guarantees order was in force on the day of sale ({sold_on}).",
        )
    if use not in regime.uses:
        return Text(
            f"车辆用途不是家用（{_USES[use].zh}），不适用《{regime.name.zh}》。",
            f"The car is not for household use ({_USES[use].en}); the {regime.name.en} does not protect it.",
        )
    return Text(
        f"车辆类型（{_CATEGORIES[category].zh}）不在《{regime.name.zh}》的适用范围内。",
        f"This kind of vehicle ({_CATEGORIES[category].en}) is not in the scope of the {regime.name.en}.",
    )


_USES = {
    "household": Text("家用", "household"), "commercial": Text("营运", "commercial"),
    "official": Text("公务", "official"), "rental": Text("出租租赁", "rental"),
}  # fmt: skip
_CATEGORIES = {
    "passenger_car": Text("乘用车", "passenger car"), "pickup": Text("皮卡车", "pickup"),
    "special_passenger_car": Text("专用乘用车", "special passenger car"), "other": Text("其他车辆", "other vehicle"),
}  # fmt: skip
