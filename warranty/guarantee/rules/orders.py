"""The two orders as they stand in law, the first version of what headquarters keeps in its tables.

Sources: SAMR Order 43 of 2021-07-22, in force 2022-01-01; AQSIQ Order 150 of 2012-12-29, in force
2013-10-01, replaced by the former. Main parts: GB/T 29632-2021.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from warranty.guarantee.rules.facts import ASSEMBLIES, EFFECTS, EXCLUDED_KINDS, SYSTEMS, Term, Text
from warranty.guarantee.rules.regimes import Ground, Regime, Thresholds


def _43(zh: str, en: str) -> Text:
    return Text(f"市场监管总局令第43号{zh}", f"Order 43 of 2021, {en}")


def _150(zh: str, en: str) -> Text:
    return Text(f"原质检总局令第150号{zh}", f"Order 150 of 2012, {en}")


_DAYS, _KM = 60, 3_000  # the first days
_OLD_ASSEMBLIES = ("engine", "transmission")
_OLD_SYSTEMS = ("steering", "brakes", "suspension", "driveline", "body")
_ONCE = Thresholds(1, None, 2)

SAMR_43 = Regime(
    code="SAMR-43",
    name=Text("家用汽车产品修理更换退货责任规定（2021）", "Three-guarantees order of 2021"),
    first_sale=date(2022, 1, 1), last_sale=None,
    categories=("passenger_car", "pickup"), uses=("household",), starts="delivery",
    guarantee=Term(24, 50_000), repair=Term(36, 60_000),
    coefficient_min=None, coefficient_max=Decimal("0.005"),
    assemblies=ASSEMBLIES, systems=SYSTEMS,
    grounds=(
        Ground("43-20", "early_main_part", "replace_assembly", False, _43("第二十条", "Art. 20"),
               components=ASSEMBLIES, within_days=_DAYS, within_km=_KM),
        Ground("43-22", "early_replacement", "replace_or_return", False, _43("第二十二条", "Art. 22"),
               within_days=7, components=ASSEMBLIES),
        Ground("43-23", "early_effect", "replace_or_return", False, _43("第二十三条", "Art. 23"),
               effects=EFFECTS, within_days=_DAYS, within_km=_KM),
        Ground("43-24-1", "serious_safety", "replace_or_return", True,
               _43("第二十四条第一款第（一）项", "Art. 24(1)(1)"), limit=2),
        Ground("43-24-2", "assembly", "replace_or_return", True,
               _43("第二十四条第一款第（二）项", "Art. 24(1)(2)"), limit=2, components=ASSEMBLIES),
        Ground("43-24-3", "main_part", "replace_or_return", True,
               _43("第二十四条第一款第（三）项", "Art. 24(1)(3)"), limit=2, components=(*ASSEMBLIES, *SYSTEMS)),
        Ground("43-24-4-days", "days", "replace_or_return", True,
               _43("第二十四条第一款第（四）项", "Art. 24(1)(4)"), limit=30),
        Ground("43-24-4-times", "times", "replace_or_return", True,
               _43("第二十四条第一款第（四）项", "Art. 24(1)(4)"), limit=4),
    ),
    excluded_kinds=EXCLUDED_KINDS,
    substitute_after_days=5, substitute_article=_43("第二十一条", "Art. 21"),
    reply_days=10, complete_days=20,
    levels={
        "repair_days": Thresholds(15, 20, 25), "same_problem": Thresholds(2, 3, 4),
        "serious_safety_repairs": _ONCE, "assembly_replacements": _ONCE, "main_part_replacements": _ONCE,
    },
)  # fmt: skip

AQSIQ_150 = Regime(
    code="AQSIQ-150",
    name=Text("家用汽车产品修理、更换、退货责任规定（2012）", "Three-guarantees order of 2012"),
    first_sale=date(2013, 10, 1), last_sale=date(2021, 12, 31),
    categories=("passenger_car",), uses=("household",), starts="invoice",
    guarantee=Term(24, 50_000), repair=Term(36, 60_000),
    coefficient_min=Decimal("0.005"), coefficient_max=Decimal("0.008"),
    assemblies=_OLD_ASSEMBLIES, systems=_OLD_SYSTEMS,
    grounds=(
        Ground("150-18", "early_main_part", "replace_assembly", False, _150("第十八条第二款", "Art. 18(2)"),
               components=_OLD_ASSEMBLIES, within_days=_DAYS, within_km=_KM),
        Ground("150-20-early", "early_effect", "replace_or_return", False, _150("第二十条第二款", "Art. 20(2)"),
               effects=EFFECTS[:4], within_days=_DAYS, within_km=_KM),
        Ground("150-20-1", "serious_safety", "replace_or_return", True,
               _150("第二十条第三款第（一）项", "Art. 20(3)(1)"), limit=2),
        Ground("150-20-2", "assembly", "replace_or_return", True,
               _150("第二十条第三款第（二）项", "Art. 20(3)(2)"), limit=2, components=_OLD_ASSEMBLIES),
        Ground("150-20-2", "main_part", "replace_or_return", True,
               _150("第二十条第三款第（二）项", "Art. 20(3)(2)"), limit=2, components=_OLD_ASSEMBLIES),
        Ground("150-20-3", "main_part", "replace_or_return", True,
               _150("第二十条第三款第（三）项", "Art. 20(3)(3)"), limit=2, components=_OLD_SYSTEMS),
        Ground("150-21-days", "days", "replace", True, _150("第二十一条", "Art. 21"), limit=35),
        Ground("150-21-times", "times", "replace", True, _150("第二十一条", "Art. 21"), limit=5),
    ),
    excluded_kinds=("special_part_transport", "rescue_travel"),
    substitute_after_days=5, substitute_article=_150("第十九条", "Art. 19"),
    reply_days=10, complete_days=15,
    levels={
        "repair_days": Thresholds(20, 25, 30), "same_problem": Thresholds(3, 4, 5),
        "serious_safety_repairs": _ONCE, "assembly_replacements": _ONCE, "main_part_replacements": _ONCE,
    },
)  # fmt: skip

ORDERS: tuple[Regime, ...] = (SAMR_43, AQSIQ_150)
