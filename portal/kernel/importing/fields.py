"""The columns of an import: what they are called, and how their text becomes a value.

Parsers work on a whole column at once, because that is what makes 700,000 rows cheap: a `Memo`
reads each different text once, a `Text` looks at the joined column before it looks at any cell.
Values leave in the form the database's driver takes: text, integers (fen, hundredths), ISO dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.money import MoneyError, exact, to_fen, yuan

#: How many different texts of one column are remembered.
REMEMBERED = 200_000
#: Longer figures are no number of anything; Python refuses to read very long ones.
DIGITS = 40
#: A spreadsheet counts days from here (with its leap-day fault, for days after February 1900).
SPREADSHEET_EPOCH = date(1899, 12, 30).toordinal()

Wrong = Callable[[int, Fault], None]


class CellError(ValueError):
    """The text of one cell makes no sense; carries what to tell."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.fault = Fault(message, facts=facts)


class Parser(Protocol):
    """Turns a column of text into values; None where the cell is empty or wrong."""

    def column(self, texts: Sequence[str], wrong: Wrong) -> list[Any]:
        """Return a value for each text; call ``wrong(index, fault)`` for what makes no sense."""


@dataclass(frozen=True)
class Field:
    """A column: its key, its headings, how to read it, and what to write in a template.

    ``aliases`` are further headings that real lists use. ``note`` (a message id) explains the
    column in the template.
    """

    key: str
    zh: str
    en: str
    parser: Callable[[], Parser]
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""
    note: str = ""

    def heading(self, locale: str) -> str:
        """Return the column's heading in a language."""
        return self.zh if locale == "zh_CN" else self.en


class Memo(dict[str, Any]):
    """A parser for columns with few different texts: each one is read once."""

    def __init__(self, parse: Callable[[str], Any]) -> None:
        super().__init__()
        self._parse = parse
        self._faults: dict[str, Fault] = {}

    def __missing__(self, text: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        stripped, value = text.strip(), None
        try:
            value = self._parse(stripped) if stripped else None
        except CellError as error:
            self._faults[text] = error.fault
        self[text] = value
        return value

    def column(self, texts: Sequence[str], wrong: Wrong) -> list[Any]:
        """Return the values; faults are told for every cell that has a wrong text."""
        values = list(map(self.__getitem__, texts))
        if self._faults:
            for index, text in enumerate(texts):
                if text in self._faults:
                    wrong(index, self._faults[text])
            if len(self._faults) >= REMEMBERED:
                self._faults.clear()
                self.clear()
        return values


class Text:
    """A parser for free text: trimmed, of a bounded length, without control characters."""

    def __init__(self, limit: int, clean: Callable[[str], str] | None = None) -> None:
        self._limit, self._clean = limit, clean

    def column(self, texts: Sequence[str], wrong: Wrong) -> list[Any]:
        """Return trimmed text, None for an empty cell."""
        values = list(map(str.strip, texts))
        if not "".join(values).isprintable():
            values = [value if value.isprintable() else self._plain(index, value, wrong)
                      for index, value in enumerate(values)]  # fmt: skip
        if self._clean is not None:
            values = list(map(self._clean, values))
        if max(map(len, values), default=0) > self._limit:
            for index, value in enumerate(values):
                if len(value) > self._limit:
                    wrong(index, Fault(N_("At most %(limit)s characters."), facts={"limit": self._limit}))
        return [value or None for value in values]

    @staticmethod
    def _plain(index: int, value: str, wrong: Wrong) -> str:
        """Make one line of a cell with line breaks or wide spaces; refuse what cannot be printed."""
        value = " ".join(value.split())
        if not value.replace("\u200b", "").replace("\xa0", " ").isprintable():
            wrong(index, Fault(N_("There is an invisible character in this cell.")))
        return value.replace("\u200b", "")


def text(limit: int, clean: Callable[[str], str] | None = None) -> Callable[[], Parser]:
    """Describe a column of free text."""
    return lambda: Text(limit, clean)


def memo(parse: Callable[[str], Any]) -> Callable[[], Parser]:
    """Describe a column whose different texts are few."""
    return lambda: Memo(parse)


def parse_day(written: str) -> str:
    """Read ``2026-01-31``, ``2026/1/31``, ``2026.1.31``, ``20260131`` or ``2026年1月31日`` as an ISO date."""
    plain = written.replace("T", " ").partition(" ")[0] if ":" in written else written
    for mark in ("/", ".", "年", "月"):
        plain = plain.replace(mark, "-")
    pieces = plain.replace("日", "").strip().split("-")
    compact = pieces[0]
    try:
        if len(pieces) == 1 and compact.isascii() and compact.isdigit():
            if len(compact) == len("20260131"):
                return date(int(compact[:4]), int(compact[4:6]), int(compact[6:])).isoformat()
            if len(compact) == len("46053"):  # the bare number of a spreadsheet's day
                return date.fromordinal(SPREADSHEET_EPOCH + int(compact)).isoformat()
        year, month, day = pieces
        if len(year) == len("2026"):
            return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        pass
    raise CellError(N_("This is no date. Please write it as 2026-01-31."))


def parse_amount(written: str) -> int:
    """Read an amount of yuan, not negative, at most two places; return fen."""
    try:
        amount = yuan(written)
    except MoneyError:
        raise CellError(N_("This is no amount of money with at most two decimal places.")) from None
    if amount < 0:
        raise CellError(N_("The amount must not be below 0."))
    return to_fen(amount)


def hundredths(least: Decimal, most: Decimal) -> Callable[[str], int]:
    """Make a reader of exact numbers with at most two places; it returns hundredths."""

    def parse(written: str) -> int:
        try:
            scaled = exact(written.replace(",", "")) * 100
        except MoneyError:
            raise CellError(N_("This is no number.")) from None
        if not least * 100 <= scaled <= most * 100 or scaled != scaled.to_integral_value():
            raise CellError(
                N_("A number from %(least)s to %(most)s with at most two decimal places."), least=least, most=most
            )
        return int(scaled)

    return parse


def whole(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of whole numbers within bounds."""

    def parse(written: str) -> int:
        plain = written.replace(",", "")
        if not (plain.isascii() and plain.isdigit() and len(plain) <= DIGITS and least <= int(plain) <= most):
            raise CellError(N_("A whole number from %(least)s to %(most)s."), least=least, most=most)
        return int(plain)

    return parse


def word(meaning: Callable[[str], Any], choices: Sequence[str]) -> Callable[[str], Any]:
    """Make a reader of words with a fixed meaning; ``choices`` are told when a word has none."""

    def parse(written: str) -> Any:
        found = meaning(written)
        if found is None:
            raise CellError(N_("Nobody knows this word here. Known are: %(choices)s."), choices=", ".join(choices))
        return found

    return parse


def lookup(known: Mapping[str, Any], message: str) -> Memo:
    """Return a parser that finds codes in a table loaded before."""

    def parse(written: str) -> Any:
        found = known.get(written)
        if found is None:
            found = known.get(written.upper())
        if found is None:
            raise CellError(message)
        return found

    return Memo(parse)


_YES_NO = {"1": 1, "0": 0, "是": 1, "否": 0, "yes": 1, "no": 0, "y": 1, "n": 0, "true": 1, "false": 0}


def parse_flag(written: str) -> bool:
    """Read yes or no."""
    found = _YES_NO.get(written.lower())
    if found is None:
        raise CellError(N_("Please write 是 or 否 (yes or no)."))
    return bool(found)
