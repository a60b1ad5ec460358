"""Facts to start from: the published calendars, and the main parts of GB/T 29632-2021."""

from __future__ import annotations

from datetime import date
from functools import cache

from warranty.guarantee.rules.facts import Text
from warranty.guarantee.rules.working_days import Calendar

#: GB/T 29632-2021: main parts by assembly and system. A model's certificate may declare more.
MAIN_PARTS: dict[str, tuple[str, ...]] = {
    "engine": (
        "crankshaft", "main_bearing", "connecting_rod", "connecting_rod_bearing", "piston", "piston_ring",
        "piston_pin", "cylinder_head", "camshaft", "valve", "cylinder_block",
    ),
    "transmission": ("case", "gear", "shaft", "bearing", "internal_power_element"),
    "traction_battery": ("cell", "case"),
    "drive_motor": ("stator", "rotor", "bearing", "housing"),
    "steering": ("steering_gear", "steering_column", "universal_joint", "tie_rod", "knuckle"),
    "brakes": ("master_cylinder", "wheel_cylinder", "booster", "pedal_and_bracket"),
    "suspension": ("spring", "control_arm", "link"),
    "driveline": ("axle_housing", "final_drive", "differential", "propeller_shaft", "half_shaft"),
    "pollution_control": ("catalytic_converter", "particulate_filter"),
    "body": ("body_frame", "subframe", "longitudinal_beam", "cross_beam", "door_body"),
}  # fmt: skip


#: What needs its VIN to be made, so that its transport is no repair time (Art. 24): GB/T 29632-2021.
SPECIAL_PARTS = ("防盗系统", "全车主线束")
#: GB/T 29632-2021: the kinds of wear parts. How long each is guaranteed is the maker's word, so none is given here.
WEAR_PARTS: dict[str, Text] = {
    "air_filter": Text("空气滤清器", "air filter"),
    "cabin_filter": Text("空调滤清器", "cabin filter"),
    "oil_filter": Text("机油滤清器", "oil filter"),
    "fuel_filter": Text("燃料滤清器", "fuel filter"),
    "spark_plug": Text("火花塞", "spark plug"),
    "brake_lining": Text("制动衬片", "brake lining"),
    "clutch_disc": Text("离合器片", "clutch disc"),
    "tyre": Text("轮胎", "tyre"),
    "battery": Text("蓄电池", "starter battery"),
    "key_battery": Text("遥控器电池", "remote-key battery"),
    "bulb": Text("灯泡", "bulb"),
    "wiper_blade": Text("刮水器刮片", "wiper blade"),
    "fuse_relay": Text("熔断丝及普通继电器", "fuses and common relays"),
}
#: Wear parts that a car without a combustion engine does not have.
_ENGINE_ONLY = frozenset({"air_filter", "oil_filter", "fuel_filter", "spark_plug", "clutch_disc"})


def wear_parts(powertrain: str) -> dict[str, Text]:
    """Return the standard's wear parts that a powertrain has."""
    without = _ENGINE_ONLY if powertrain == "electric" else frozenset()
    return {key: name for key, name in WEAR_PARTS.items() if key not in without}


@cache
def holiday_names() -> dict[date, str]:
    """Return what the days of the published calendars are called, in Chinese, as their notice does."""
    from chinese_calendar import constants

    chinese = {one.value: one.chinese for one in constants.Holiday}
    days = {**constants.holidays, **constants.workdays}
    return {day: chinese.get(name, name) for day, name in days.items()}


@cache
def published_calendar() -> Calendar:
    """Return the official calendars that the package chinesecalendar knows."""
    from chinese_calendar import constants

    return Calendar(
        frozenset(day.year for day in constants.holidays),
        frozenset(constants.holidays),
        frozenset(constants.workdays),
    )
