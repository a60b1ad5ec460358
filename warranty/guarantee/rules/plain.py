"""Orders as plain JSON and back: how headquarters' versions are kept, exported and imported.

What is wrong is told at its place: `OrderFault.at` is the way to it (``levels/same_problem/red``), its
``code`` says what, in the words of whoever shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from warranty.guarantee.rules.facts import COMPONENTS, EFFECTS, EXCLUDED_KINDS, Term, Text
from warranty.guarantee.rules.regimes import COUNTERS, KINDS, Ground, Regime, Thresholds

REMEDIES = ("replace_assembly", "replace_or_return", "replace")
CATEGORIES = ("passenger_car", "pickup", "special_passenger_car", "other")
USES = ("household", "commercial", "official", "rental")
STARTS = ("delivery", "invoice")
#: Grounds that draw a line which a counter crosses; the others hold in the first days.
COUNTING = ("serious_safety", "assembly", "main_part", "days", "times")
MOST = 10_000_000
TEXT_LENGTH = 300
PLACES = 6  # of a coefficient, as a certificate keeps it
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,23}")
_GROUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LEAST_LIMIT = 1

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class OrderFault:
    """One thing that is wrong: where, what (a key of the room's words), and the figures to tell."""

    at: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{self.at or 'order'}: {self.code}{f' ({told})' if told else ''}"


class OrderError(ValueError):
    """The plain data is no order; every fault that was found."""

    def __init__(self, *faults: OrderFault) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def to_plain(regime: Regime) -> dict[str, Any]:
    """Return an order as JSON can hold it."""
    body = asdict(regime)
    body["first_sale"] = regime.first_sale.isoformat()
    body["last_sale"] = regime.last_sale.isoformat() if regime.last_sale else None
    body["coefficient_min"] = None if regime.coefficient_min is None else str(regime.coefficient_min)
    body["coefficient_max"] = str(regime.coefficient_max)
    for name in ("name", "substitute_article"):
        body[name] = _both(getattr(regime, name))
    for ground, plain in zip(regime.grounds, body["grounds"], strict=True):
        plain["article"] = _both(ground.article)
        plain["components"], plain["effects"] = list(ground.components), list(ground.effects)
    for name in ("categories", "uses", "assemblies", "systems", "grounds", "excluded_kinds"):
        body[name] = list(body[name])
    return body


def from_plain(body: Any) -> Regime:
    """Read an order back; raise `OrderError` with all that makes no sense."""
    reader = _Reader()
    regime = _read(reader, reader.keys("", body, [item.name for item in fields(Regime)]))
    if reader.faults:
        raise OrderError(*reader.faults)
    faults = tuple(_faults(regime))
    if faults:
        raise OrderError(*faults)
    return regime


class _Reader:
    """Takes values out of plain data; what has the wrong shape is noted, and something lawful stands in."""

    def __init__(self) -> None:
        self.faults: list[OrderFault] = []

    def wrong(self, at: str, code: str, **facts: Any) -> None:
        """Note a fault."""
        self.faults.append(OrderFault(at, code, facts))

    def keys(self, at: str, value: Any, names: Iterable[str]) -> dict[str, Any]:
        """Read an object with exactly these keys; a missing one is None."""
        names = list(names)
        if not isinstance(value, dict):
            self.once(at, "object")
            return dict.fromkeys(names)
        for name in value.keys() - set(names):
            self.wrong(_below(at, str(name)), "unknown_key")
        for name in names:
            if name not in value:
                self.wrong(_below(at, name), "needed")
        return {name: value.get(name) for name in names}

    def whole(self, at: str, value: Any, least: int = 0) -> int:
        """Read a whole number."""
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            self.once(at, "whole", least=least, most=MOST)
            return least
        return value

    def yes(self, at: str, value: Any) -> bool:
        """Read yes or no."""
        if not isinstance(value, bool):
            self.once(at, "yes_no")
        return bool(value)

    def maybe(self, read: Callable[[str, Any], Value], at: str, value: Any) -> Value | None:
        """Read a value that may be null."""
        return None if value is None else read(at, value)

    def day(self, at: str, value: Any) -> date:
        """Read a day."""
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.once(at, "day")
        return date.min

    def share(self, at: str, value: Any) -> Decimal:
        """Read a coefficient: a decimal string above nought."""
        try:
            found = Decimal(value) if isinstance(value, str) else None
        except InvalidOperation:
            found = None
        if found is None or not found.is_finite() or not 0 < found < 1 or _places(found) > PLACES:
            self.once(at, "share", places=PLACES)
            return Decimal(0)
        return found

    def text(self, at: str, value: Any) -> Text:
        """Read a sentence in both languages."""
        pair = self.keys(at, value, ("zh", "en"))
        return Text(*(self.line(f"{at}/{language}", pair[language]) for language in ("zh", "en")))

    def line(self, at: str, value: Any) -> str:
        """Read one line of text."""
        if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > TEXT_LENGTH:
            self.once(at, "line", most=TEXT_LENGTH)
            return ""
        return value

    def matching(self, at: str, value: Any, pattern: re.Pattern[str]) -> str:
        """Read a code."""
        if not isinstance(value, str) or not pattern.fullmatch(value):
            self.once(at, "code")
            return ""
        return value

    def word(self, at: str, value: Any, words: Iterable[str]) -> str:
        """Read one of some words."""
        words = tuple(words)
        if not isinstance(value, str) or value not in words:
            self.once(at, "word", words=", ".join(words))
            return words[0]
        return value

    def words(self, at: str, value: Any, words: Iterable[str]) -> tuple[str, ...]:
        """Read a list of words, none of them twice."""
        words = tuple(words)
        listed = list(value) if isinstance(value, list | tuple) else None
        if listed is None or any(one not in words for one in listed) or len(set(listed)) != len(listed):
            self.once(at, "words", words=", ".join(words))
            return ()
        return tuple(listed)

    def once(self, at: str, code: str, **facts: Any) -> None:
        """Note a fault unless the place, or what it stands in, is known to be wrong."""
        if not any(fault.at in {at, ""} or at.startswith(f"{fault.at}/") for fault in self.faults):
            self.wrong(at, code, **facts)


def _read(reader: _Reader, body: dict[str, Any]) -> Regime:
    grounds = body["grounds"] if isinstance(body["grounds"], list | tuple) else []
    if not grounds:
        reader.once("grounds", "needed")
    levels = reader.keys("levels", body["levels"], COUNTERS)
    return Regime(
        code=reader.matching("code", body["code"], _CODE), name=reader.text("name", body["name"]),
        first_sale=reader.day("first_sale", body["first_sale"]),
        last_sale=reader.maybe(reader.day, "last_sale", body["last_sale"]),
        categories=reader.words("categories", body["categories"], CATEGORIES),
        uses=reader.words("uses", body["uses"], USES), starts=reader.word("starts", body["starts"], STARTS),
        guarantee=_term(reader, "guarantee", body["guarantee"]), repair=_term(reader, "repair", body["repair"]),
        coefficient_min=reader.maybe(reader.share, "coefficient_min", body["coefficient_min"]),
        coefficient_max=reader.share("coefficient_max", body["coefficient_max"]),
        assemblies=reader.words("assemblies", body["assemblies"], COMPONENTS[:-1]),
        systems=reader.words("systems", body["systems"], COMPONENTS[:-1]),
        grounds=tuple(_ground(reader, f"grounds/{place}", one) for place, one in enumerate(grounds)),
        excluded_kinds=reader.words("excluded_kinds", body["excluded_kinds"], EXCLUDED_KINDS),
        substitute_after_days=reader.whole("substitute_after_days", body["substitute_after_days"], 1),
        substitute_article=reader.text("substitute_article", body["substitute_article"]),
        reply_days=reader.whole("reply_days", body["reply_days"], 1),
        complete_days=reader.whole("complete_days", body["complete_days"], 1),
        levels={counter: _thresholds(reader, f"levels/{counter}", row) for counter, row in levels.items()},
    )  # fmt: skip


def _term(reader: _Reader, at: str, value: Any) -> Term:
    pair = reader.keys(at, value, ("months", "km"))
    return Term(reader.whole(f"{at}/months", pair["months"], 1), reader.whole(f"{at}/km", pair["km"], 1))


def _thresholds(reader: _Reader, at: str, value: Any) -> Thresholds:
    row = reader.keys(at, value, ("yellow", "orange", "red"))
    whole = {name: reader.whole(f"{at}/{name}", row[name], 1) for name in ("yellow", "red")}
    return Thresholds(whole["yellow"], reader.maybe(reader.whole, f"{at}/orange", row["orange"]), whole["red"])


def _ground(reader: _Reader, at: str, value: Any) -> Ground:
    body = reader.keys(at, value, [item.name for item in fields(Ground)])
    return Ground(
        code=reader.matching(f"{at}/code", body["code"], _GROUND), kind=reader.word(f"{at}/kind", body["kind"], KINDS),
        remedy=reader.word(f"{at}/remedy", body["remedy"], REMEDIES),
        usage_fee=reader.yes(f"{at}/usage_fee", body["usage_fee"]),
        article=reader.text(f"{at}/article", body["article"]), limit=reader.whole(f"{at}/limit", body["limit"]),
        within_days=reader.maybe(reader.whole, f"{at}/within_days", body["within_days"]),
        within_km=reader.maybe(reader.whole, f"{at}/within_km", body["within_km"]),
        components=reader.words(f"{at}/components", body["components"], COMPONENTS[:-1]),
        effects=reader.words(f"{at}/effects", body["effects"], EFFECTS),
    )  # fmt: skip


def _faults(regime: Regime) -> Iterator[OrderFault]:
    """Find what has its shape and makes no sense all the same."""
    for counter, row in regime.levels.items():
        steps = [row.yellow, *([row.orange] if row.orange is not None else []), row.red]
        if steps != sorted(set(steps)):
            yield OrderFault(f"levels/{counter}/red", "rise", {"steps": ", ".join(map(str, steps))})
    if regime.last_sale is not None and regime.last_sale < regime.first_sale:
        yield OrderFault("last_sale", "before_first")
    if regime.coefficient_min is not None and regime.coefficient_min > regime.coefficient_max:
        yield OrderFault("coefficient_max", "below_least", {"least": regime.coefficient_min})
    for name in ("months", "km"):
        if getattr(regime.repair, name) < getattr(regime.guarantee, name):
            yield OrderFault(f"repair/{name}", "shorter")
    both = set(regime.assemblies) & set(regime.systems)
    if both:
        yield OrderFault("systems", "both", {"words": ", ".join(sorted(both))})
    for place, ground in enumerate(regime.grounds):
        yield from _ground_faults(regime, ground, f"grounds/{place}")


def _ground_faults(regime: Regime, ground: Ground, at: str) -> Iterator[OrderFault]:
    if ground.kind in COUNTING and ground.limit < _LEAST_LIMIT:
        yield OrderFault(f"{at}/limit", "whole", {"least": _LEAST_LIMIT, "most": MOST})
    strange = set(ground.components) - set(regime.components)
    if strange:
        yield OrderFault(f"{at}/components", "not_of_order", {"words": ", ".join(sorted(strange))})
    if ground.kind == "early_effect" and not ground.effects:
        yield OrderFault(f"{at}/effects", "needed")
    elif ground.kind in {"assembly", "main_part", "early_main_part", "early_replacement"} and not ground.components:
        yield OrderFault(f"{at}/components", "needed")


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _below(at: str, name: str) -> str:
    return f"{at}/{name}" if at else name


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
