"""What can be said of a car's numbers without a database: VIN, plate, odometer, coverage, masking.

VIN: ISO 3779 and GB 16735, check digit included. Periods: Civil Code Art. 200-204.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

# --- VIN -------------------------------------------------------------------------------------

VIN_LENGTH = 17
TAIL = 6  # what the counter asks for; the column vin_tail
VIN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)), "P": 7, "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}  # fmt: skip
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
CHECK_PLACE = 8  # the ninth character
_REMAINDERS = "0123456789X"
_NOISE = re.compile(r"[\s\-‐‑–—_.·*]+")
_WIDE = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}  # full-width typing


class _Sums(dict[str, int]):
    """Weighted sums of a stretch of a VIN, reckoned once each; a wrong character is a KeyError.

    A maker's VINs share their first eight characters and serials repeat by threes, so a table of
    stretches is what makes the check of 700,000 cars cheap. It is emptied before it grows large.
    """

    LIMIT = 50_000

    def __init__(self, weights: tuple[int, ...]) -> None:
        super().__init__()
        self.weights = weights

    def __missing__(self, stretch: str) -> int:
        if len(self) >= self.LIMIT:
            self.clear()
        value = sum(VIN_VALUES[letter] * weight for letter, weight in zip(stretch, self.weights, strict=True))
        self[stretch] = value
        return value


_HEAD, _YEAR = _Sums(VIN_WEIGHTS[:8]), _Sums(VIN_WEIGHTS[9:11])
_MIDDLE, _LAST = _Sums(VIN_WEIGHTS[11:14]), _Sums(VIN_WEIGHTS[14:])


def clean_vin(typed: str) -> str:
    """Return a typed or scanned VIN in upper case, without spaces, hyphens and full-width letters."""
    return _NOISE.sub("", typed.translate(_WIDE)).upper()


def vin_fault(vin: str) -> str | None:
    """Return what is wrong with a cleaned VIN: ``length``, ``character``, ``check_digit``; else None."""
    if len(vin) != VIN_LENGTH:
        return "length"
    try:
        total = _HEAD[vin[:8]] + _YEAR[vin[9:11]] + _MIDDLE[vin[11:14]] + _LAST[vin[14:]]
    except KeyError:
        return "character"
    check = vin[8]
    if _REMAINDERS[total % 11] == check:
        return None
    return "check_digit" if check in VIN_VALUES else "character"


def vin_faults(vins: Iterable[str]) -> Iterator[str | None]:
    """Yield the fault of each cleaned VIN, for imports."""
    return map(vin_fault, vins)


def wrong_characters(vin: str) -> str:
    """Return the characters that no VIN may hold, each once, in their order."""
    return "".join(dict.fromkeys(letter for letter in vin if letter not in VIN_VALUES))


def check_digit(vin: str) -> str:
    """Return the ninth character that a VIN's other sixteen demand; what stands there is not read."""
    total = sum(
        VIN_VALUES[letter] * weight
        for place, (letter, weight) in enumerate(zip(vin, VIN_WEIGHTS, strict=True))
        if place != CHECK_PLACE
    )
    return _REMAINDERS[total % 11]


# --- plates ----------------------------------------------------------------------------------

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_LETTER, _SERIAL = "[A-HJ-Z]", "[A-HJ-NP-Z0-9]"
#: GA 36-2018: new-energy small cars carry the letter first, large ones last (D, F and their later kin).
PLATE_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("ordinary", f"{_PROVINCE}{_LETTER}{_SERIAL}{{5}}"),
        ("new_energy", f"{_PROVINCE}{_LETTER}[A-HJK]{_SERIAL}[0-9]{{4}}"),
        ("new_energy", f"{_PROVINCE}{_LETTER}[0-9]{{5}}[A-HJK]"),
        ("police", f"{_PROVINCE}{_LETTER}{_SERIAL}{{4}}警"),
        ("learner", f"{_PROVINCE}{_LETTER}{_SERIAL}{{4}}学"),
        ("trailer", f"{_PROVINCE}{_LETTER}{_SERIAL}{{4}}挂"),
        ("border", f"粤Z{_SERIAL}{{4}}[港澳]"),
        ("embassy", "使[0-9]{6}|[0-9]{6}使"),
        ("consulate", f"领[0-9]{{6}}|{_PROVINCE}{_LETTER}[0-9]{{4}}领|[0-9]{{6}}领"),
        ("armed_police", f"WJ{_PROVINCE}?[0-9]{{4}}[0-9A-Z]"),
        ("military", "[A-HJ-NP-Z]{2}[0-9]{5}"),
    )
)


def clean_plate(typed: str) -> str:
    """Return a plate in upper case without spaces, dots and hyphens."""
    return _NOISE.sub("", typed.translate(_WIDE).replace("•", "").replace("・", "")).upper()


def plate_kind(plate: str) -> str | None:
    """Return the kind of a cleaned plate; None fits nothing: worth a warning, never an error."""
    return next((kind for kind, pattern in PLATE_KINDS if pattern.fullmatch(plate)), None)


# --- use and category ------------------------------------------------------------------------

USES = ("household", "commercial", "official", "rental")
CATEGORIES = ("passenger_car", "pickup", "special_passenger_car", "other")
POWERTRAINS = ("petrol", "hybrid", "electric")

_USE_WORDS = {
    "household": ("家用", "家庭自用", "非营运", "私家", "个人", "自用", "private", "family"),
    "commercial": ("营运", "经营", "商用", "企业", "单位", "business"),
    "official": ("公务", "公务用车", "机关", "警务", "government"),
    "rental": ("出租", "租赁", "出租租赁", "网约车", "出租车", "taxi", "rent"),
}
_CATEGORY_WORDS = {
    "passenger_car": ("乘用车", "家用汽车", "轿车", "suv", "mpv", "car"),
    "pickup": ("皮卡", "皮卡车", "多用途货车"),
    "special_passenger_car": ("专用乘用车", "房车", "旅居车"),
    "other": ("其他", "其它", "货车", "客车"),
}
_POWERTRAIN_WORDS = {
    "petrol": ("汽油", "燃油", "柴油", "diesel"),
    "hybrid": ("混合动力", "混动", "插电混动", "增程", "phev", "hev"),
    "electric": ("纯电", "纯电动", "电动", "bev", "ev"),
}


def _lookup(words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: key for key, spoken in words.items() for word in (key, *spoken)}


USE_OF, CATEGORY_OF, POWERTRAIN_OF = _lookup(_USE_WORDS), _lookup(_CATEGORY_WORDS), _lookup(_POWERTRAIN_WORDS)


def use_of(word: str) -> str | None:
    """Return the use (用途) a list's word means, or None for a word nobody knows."""
    return USE_OF.get(word.strip().lower())


def category_of(word: str) -> str | None:
    """Return the vehicle category a list's word means, or None."""
    return CATEGORY_OF.get(word.strip().lower())


def powertrain_of(word: str) -> str | None:
    """Return the powertrain a list's word means, or None."""
    return POWERTRAIN_OF.get(word.strip().lower())


# --- people ----------------------------------------------------------------------------------

_LONG_PHONE, _SHORT_PHONE = 11, 7


def mask_name(name: str) -> str:
    """Return ``王**``: the first character; two stars, so that the length tells nothing."""
    return f"{name[0]}**" if name else ""


def mask_phone(phone: str) -> str:
    """Return ``138****1234``; a shorter number keeps its last two figures, a very short one none."""
    digits = phone.strip()
    if not digits:
        return ""
    if len(digits) >= _LONG_PHONE:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) >= _SHORT_PHONE else "****"


# --- odometer --------------------------------------------------------------------------------

#: More than this in one day is no car's day.
KM_A_DAY = 1_500
#: Beyond this a figure is a slip of the finger.
ABSURD_KM = 1_500_000
DOUBTS = ("lower", "too_fast", "absurd")
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Reading:
    """One odometer reading; ``meter_replaced`` says that a new meter was put in (换表)."""

    at: datetime
    km: int
    meter_replaced: bool = False


@dataclass(frozen=True)
class Judged:
    """A reading with its doubt (None where plausible) and the car's whole distance at that moment.

    After a change of meter the distance goes on from the old one; a doubted reading adds nothing.
    """

    reading: Reading
    doubt: str | None
    distance_km: int


def judge_readings(readings: Iterable[Reading], km_a_day: int = KM_A_DAY) -> list[Judged]:
    """Judge readings in the order of time, each against the last plausible one before it.

    ``lower`` than before without a change of meter, ``too_fast`` (more than ``km_a_day`` for each
    day begun since), ``absurd`` (negative or beyond `ABSURD_KM`). A doubted reading is no measure
    for the next one.
    """
    judged: list[Judged] = []
    last: Reading | None = None
    offset = distance = 0
    for reading in sorted(readings, key=lambda item: item.at):
        doubt = _doubt(reading, last, km_a_day)
        if doubt is None:
            if last is not None and reading.meter_replaced and reading.km < last.km:
                offset = distance
            distance, last = offset + reading.km, reading
        judged.append(Judged(reading, doubt, distance))
    return judged


def _doubt(reading: Reading, last: Reading | None, km_a_day: int) -> str | None:
    if not 0 <= reading.km <= ABSURD_KM:
        return "absurd"
    if last is None:
        return None
    if reading.km < last.km:
        return None if reading.meter_replaced else "lower"
    days = max(1, math.ceil((reading.at - last.at).total_seconds() / _DAY_SECONDS))
    return "too_fast" if reading.km - last.km > km_a_day * days else None


# --- coverage --------------------------------------------------------------------------------


def period_end(start: date, months: int) -> date:
    """Return the last day of a period: the same day N months later, or that month's last day."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Period:
    """One period of coverage: ``state`` is ``in_force``, ``time_over``, ``km_over`` or ``not_begun``."""

    kind: str
    start: date
    end: date
    km_limit: int
    state: str
    days_left: int
    km_left: int

    @property
    def in_force(self) -> bool:
        """Tell whether the period covers the car today."""
        return self.state == "in_force"


def coverage_period(kind: str, start: date, months: int, km_limit: int, today: date, km: int) -> Period:
    """Reckon a period of some months."""
    return standing_of(kind, start, period_end(start, months), km_limit, today, km)


def standing_of(kind: str, start: date, end: date, km_limit: int, today: date, km: int) -> Period:
    """Say where a car stands in a period: inside means start ≤ day ≤ end and odometer ≤ limit, both included."""
    if today < start:
        state = "not_begun"
    elif today > end:
        state = "time_over"
    else:
        state = "in_force" if km <= km_limit else "km_over"
    return Period(kind, start, end, km_limit, state, max(0, (end - today).days), max(0, km_limit - km))
