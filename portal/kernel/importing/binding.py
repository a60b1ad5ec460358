"""Find a kind's columns among the headings of a list."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.kernel.errors import DomainError, Fault
from portal.kernel.i18n import N_, locale_key
from portal.kernel.importing.fields import Field
from portal.kernel.importing.kinds import ImportKind

#: Headings of our own error workbooks: a mended one is imported as it is.
REPORT_HEADINGS = {
    "row": ("行号", "Row"), "columns": ("出错列", "Column"), "values": ("出错值", "Value"),
    "zh_CN": ("原因", "原因"), "en": ("Reason", "Reason"),
}  # fmt: skip
_OWN = frozenset(heading.casefold() for pair in REPORT_HEADINGS.values() for heading in pair)


@dataclass(frozen=True)
class Binding:
    """Which column of the list is which field."""

    headings: list[str]
    places: Mapping[str, int]
    fields: Mapping[str, Field]
    notes: tuple[Fault, ...]
    own: frozenset[int] = frozenset()  # places of an error workbook's own columns

    @property
    def originals(self) -> list[int]:
        """The places of the columns that an error workbook gives back."""
        return [place for place in range(len(self.headings)) if place not in self.own]


def plain(heading: str) -> str:
    """Return a heading as it is compared: without case, width, spaces, stars and brackets' kinds."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(letter for letter in folded if letter not in " \t\r\n\ufeff*_-.:\"'")


def bind(kind: ImportKind, headings: Sequence[str]) -> Binding:
    """Match headings with fields; refuse a list that lacks a required column or has one twice."""
    names = {
        plain(name): item.key for item in kind.fields for name in (item.key, item.zh, item.en, *item.aliases)
    }  # fmt: skip
    places: dict[str, int] = {}
    unknown, twice, own = [], [], set()
    for place, heading in enumerate(headings):
        key = names.get(plain(heading))
        if key is None:
            if heading.strip().casefold() in _OWN:
                own.add(place)
            elif heading.strip():
                unknown.append(heading.strip())
        elif key in places:
            twice.append(heading.strip())
        else:
            places[key] = place
    missing = [item for item in kind.fields if item.required and item.key not in places]
    faults = []
    if missing:
        listed = ", ".join(item.heading(locale_key()) for item in missing)
        faults.append(Fault(N_("The list lacks required columns: %(columns)s."), facts={"columns": listed}))
    if twice:
        faults.append(Fault(N_("The list has a column twice: %(columns)s."), facts={"columns": ", ".join(twice)}))
    if faults:
        raise DomainError(*faults)
    notes: tuple[Fault, ...] = ()
    if unknown:
        notes = (Fault(N_("Columns that nobody knows here were left out: %(columns)s."),
                       facts={"columns": ", ".join(unknown)}),)  # fmt: skip
    return Binding(
        list(headings), places, {key: kind.field(key) for key in places}, notes, frozenset(own)
    )  # fmt: skip
