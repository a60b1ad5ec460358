"""The import of the official holidays: a year comes in whole, a changed notice replaces it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from portal.kernel.access import Permission
from portal.kernel.clock import known_day
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import CellError, Field, memo, parse_day, text, word
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import CREATED, UNCHANGED, UPDATED
from portal.kernel.scoping import actor_of
from warranty.guarantee.models import CalendarDay, CalendarYear
from warranty.guarantee.rules.notices import is_weekday, is_whole, lacking
from warranty.guarantee.services.tables import calendar_changed, publish_year

DAY, YEAR = cast("Table", CalendarDay.__table__), cast("Table", CalendarYear.__table__)
_KINDS = {
    "放假": False, "休息": False, "休": False, "holiday": False, "off": False,
    "上班": True, "补班": True, "调休上班": True, "班": True, "work": True, "working day": True,
}  # fmt: skip


def _day(written: str) -> str:
    found = parse_day(written)
    if not known_day(date.fromisoformat(found)):
        raise CellError(N_("This day is too far away."))
    return found


class HolidayDesk(Desk):
    """Gathers the days of each year; they are written when it is known which years are whole."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self._years: dict[int, dict[date, tuple[bool, str]]] = {}

    def check(self, batch: Batch) -> None:
        """Nobody makes up work on a weekday."""
        for index, (day, works) in enumerate(zip(batch.column("day"), batch.column("works"), strict=True)):
            if day is not None and works and is_weekday(date.fromisoformat(day)):
                batch.refuse(index, "day", Fault(N_("This is a weekday, on which everybody works anyway.")))

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """Take days in, and compare them with what is kept."""
        names = values.get("name") or [None] * len(values["day"])
        rows = self.store.existing(DAY, "day", set(values["day"]), ("day", "works", "name"))
        kept = {day: (bool(works), name) for _id, day, works, name in rows}
        verdicts = []
        for written, works, name in zip(values["day"], values["works"], names, strict=True):
            day, said = date.fromisoformat(written), (works, name or "")
            self._years.setdefault(day.year, {})[day] = said
            verdicts.append(CREATED if written not in kept else UNCHANGED if kept[written] == said else UPDATED)
        return verdicts

    def finish(self) -> dict[Any, Fault]:
        """Refuse the days of years that the list does not hold as a whole."""
        refused: dict[Any, Fault] = {}
        for year, days in self._years.items():
            off = {day for day, (works, _name) in days.items() if not works}
            if not is_whole(year, off):
                fault = _part_of(year, lacking(year, off), len(off))
                refused |= {day.isoformat(): fault for day in days}
        return refused

    def complete(self, session: Session, source: str, now: datetime) -> None:
        """Let each year be what its notice says; deadlines that waited for one are counted anew."""
        actor = actor_of(session)
        name = actor.name if actor is not None else "sanbao"
        changed = False
        for year, days in self._years.items():
            gone = publish_year(session, year, days, source, name, now)
            changed = changed or gone is not None
            if gone:
                message = N_("%(year)s: %(count)s days of an earlier notice are gone.")
                self.notes.append(Fault(message, facts={"year": year, "count": len(gone)}))
        if changed:
            calendar_changed(session, now)


def _part_of(year: int, missing: list[date], count: int) -> Fault:
    if missing:
        listed = ", ".join(day.isoformat() for day in missing)
        message = N_("A year comes in whole, and this list does not hold all of %(year)s: %(days)s are missing.")
        return Fault(message, facts={"year": year, "days": listed})
    message = N_("A year comes in whole, and %(count)s days off are too few for %(year)s.")
    return Fault(message, facts={"year": year, "count": count})


KIND = ImportKind(
    key="holidays",
    title=N_("Holidays"),
    fields=(
        Field("day", "日期", "Day", memo(_day), required=True, aliases=("放假日期", "date"), example="2027-01-01"),
        Field("works", "类型", "Kind", memo(word(lambda spoken: _KINDS.get(spoken.lower()), ("放假", "上班"))),
              required=True, aliases=("kind", "type", "安排"), example="放假",
              note=N_("放假 (day off) or 上班 (a weekend day that is worked). A year comes in whole.")),
        Field("name", "节日名称", "Holiday", text(40), aliases=("名称", "节日", "name"), example="元旦"),
    ),
    natural_key=("day",),
    tables=(DAY, YEAR),
    desk=HolidayDesk,
    permission=Permission.GUARANTEE_EDIT,
)  # fmt: skip
