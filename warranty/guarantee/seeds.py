"""Facts to start from: the published calendars, and the main parts of GB/T 29632-2021."""

from __future__ import annotations

from functools import cache

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


@cache
def published_calendar() -> Calendar:
    """Return the official calendars that the package chinesecalendar knows."""
    from chinese_calendar import constants

    return Calendar(
        frozenset(day.year for day in constants.holidays),
        frozenset(constants.holidays),
        frozenset(constants.workdays),
    )
