"""The rows of a list as HTML, written by Python: five hundred cells cost a template ten times as much.

What is the same for every row – a cell's beginning, a column's words, the pattern of an address – is
made once for a list, its columns and a language. The cells are written column by column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from typing import Any
from urllib.parse import quote

from flask import current_app, url_for
from markupsafe import Markup, escape

from portal.kernel.i18n import _, locale_key, unit_name
from portal.kernel.listing import Column, ListSpec, Page, Tick
from portal.kernel.room import house
from portal.kernel.web import now
from portal.ui.filters import NOTHING, day, hours_over, moment, money, number, tone
from portal.ui.icons import icon

#: Writes a column's values, none of them missing, as the HTML of its cells.
Write = Callable[[Sequence[Any]], Sequence[str]]

#: How the kinds of a list's columns are written; the others are text.
WRITTEN: dict[str, Callable[[Any], str | Markup]] = {
    "money": money, "num": number, "date": day, "moment": moment, "unit": lambda unit: escape(unit_name(unit)),
}  # fmt: skip
_MISSING = f'<span class="muted">{NOTHING}</span>'
#: What closes a cell's opening tag, where something is known and where nothing is.
_KNOWN, _UNKNOWN = '">', f' is-missing">{_MISSING}'
EMPTY = (None, "")
#: Stands for a row's key in the pattern of its address: a number, which text and number converters take.
_PLACE = "9007199254740991"
_PLAIN = re.compile(r"[A-Za-z0-9_.-]*").fullmatch


@dataclass(frozen=True)
class Cell:
    """How a column's cells are written."""

    key: str
    opening: str  # the cell's tag up to its classes
    write: Write
    leads: bool  # to the row's page


@dataclass(frozen=True)
class Shape:
    """How a list's rows are written."""

    cells: tuple[Cell, ...]
    address: str | None  # a row's, with `_PLACE` for the key
    source: str  # the column that the address is made of, where the rows carry no key


def rows_html(page: Page, ticked: Collection[str] = ()) -> Markup:
    """Write the body of a list's table; every value is escaped here."""
    if not page.rows:
        return Markup()
    shape, fields = _shape_of(page.spec, page.columns), page.rows[0]._fields
    columns = dict(zip(fields, zip(*page.rows, strict=True), strict=True))
    keys = columns.get("key", columns.get(shape.source))
    pieces: list[Iterable[str]] = [repeat("<tr>")]
    if page.spec.tick is not None:
        pieces.append(_boxes(page.spec.tick, page.rows, ticked))
    for cell in shape.cells:
        pieces += _written(cell, columns[cell.key], shape.address if cell.leads else None, keys)
    pieces.append(repeat("</tr>"))
    return Markup("".join(chain.from_iterable(zip(*pieces))))  # noqa: B905, S704  (what repeats has no end; escaped)


def _boxes(tick: Tick, rows: Sequence[Any], ticked: Collection[str]) -> Iterable[str]:
    """Write the cells with the rows' boxes to tick; an empty one where a row has none."""
    opening = (
        f'<td class="tick"><input class="form-check-input" type="checkbox" form="ticks" name="{escape(tick.name)}"'
        ' value="'
    )
    before, after = escape(_("Choose %(row)s", row=_PLACE)).split(_PLACE)
    for row in rows:
        value = tick.value(row)
        if value is None:
            yield '<td class="tick is-missing"></td>'
            continue
        label = escape(getattr(row, tick.label))
        checked = " checked" if value in ticked else ""
        yield f'{opening}{escape(value)}" aria-label="{before}{label}{after}" data-select{checked}></td>'


def _written(cell: Cell, values: Sequence[Any], address: str | None, keys: Sequence[Any] | None) -> list[Iterable[str]]:
    """Return a column in pieces, each an iterable over the rows: what repeats, and what is each row's own."""
    if values.count(None) == len(values):
        return [repeat(f"{cell.opening}{_UNKNOWN}</td>")]
    if None in values or (isinstance(values[0], str) and "" in values):
        return [repeat(cell.opening), _with_gaps(cell, values, address, keys), repeat("</td>")]
    if address is None or keys is None or None in keys:
        return [repeat(cell.opening + _KNOWN), cell.write(values), repeat("</td>")]
    before, after = address.split(_PLACE)
    opening = f'{cell.opening} is-link"><a href="{before}'
    return [repeat(opening), _quoted(keys), repeat(f'{after}">'), cell.write(values), repeat("</a></td>")]


def _with_gaps(cell: Cell, values: Sequence[Any], address: str | None, keys: Sequence[Any] | None) -> Iterable[str]:
    """Write what closes the tags of a column in which values are missing, and its cells."""
    for value, key in zip(values, keys or repeat(None), strict=False):
        if value in EMPTY:
            yield _UNKNOWN
        elif address is None or key is None:
            yield _KNOWN + cell.write([value])[0]
        else:
            before, after = address.split(_PLACE)
            yield f' is-link"><a href="{before}{_quoted([key])[0]}{after}">{cell.write([value])[0]}</a>'


def _quoted(keys: Sequence[Any]) -> list[str]:
    """Write keys as parts of an address."""
    texts = list(map(str, keys))
    return texts if _PLAIN("".join(texts)) else [quote(text, safe="") for text in texts]


def _shape_of(spec: ListSpec, columns: Sequence[Column]) -> Shape:
    """Return how a list is written; kept for the lists that rooms offer, which live as long as the app."""
    if house().lists.get(spec.key) is not spec or current_app.debug:
        return _shape(spec, columns)
    kept: dict[tuple[object, ...], Shape] = current_app.extensions.setdefault("list_shapes", {})
    key = (spec.key, locale_key(), tuple(column.key for column in columns))
    if key not in kept:
        if len(kept) >= MOST_SHAPES:
            kept.clear()
        kept[key] = _shape(spec, columns)
    return kept[key]


#: Lists × languages × choices of columns that are kept.
MOST_SHAPES = 1_000


def _shape(spec: ListSpec, columns: Sequence[Column]) -> Shape:
    return Shape(
        tuple(Cell(column.key, _opening(column), _writer(column), column.link) for column in columns),
        _pattern(spec.row_endpoint),
        next((column.key for column in spec.columns if column.link), "id"),
    )


def _opening(column: Column) -> str:
    """Begin a cell up to its classes; on a phone the label stands beside the value."""
    return f'<td data-label="{escape(_(column.label))}" class="kind-{escape(column.kind)}'


def _writer(column: Column) -> Write:
    """Return what writes the column's values as HTML, in the language in force."""
    words = {value: str(escape(_(message))) for value, message in column.words.items()}
    if column.kind == "flag":
        yes = str(icon("check-lg", _("yes")))
        return lambda values: [yes if value else _MISSING for value in values]
    if column.kind == "state":
        badges = {value: _badge(value, said) for value, said in words.items()}
        return lambda values: [badges.get(str(value)) or _badge(value, escape(value)) for value in values]
    if column.late:
        before, after = str(escape(_("%(hours)s h late", hours=_PLACE))).split(_PLACE)
        late = f' <span class="badge-tone tone-danger">{before}', f"{after}</span>"
        return lambda values: _dues(values, now(), late)
    write = WRITTEN.get(column.kind)
    if write is not None:
        return lambda values: list(map(write, values))
    if words:
        return lambda values: [words.get(str(value)) or str(escape(value)) for value in values]
    return _texts


def _dues(dues: Sequence[datetime], at: datetime, late: tuple[str, str]) -> list[str]:
    """Write by when things are due, and how many hours they are late, between the words ``late``."""
    over = [hours_over(due, at) for due in dues]
    return [
        f"{moment(due)}{late[0]}{hours}{late[1]}" if hours else moment(due)
        for due, hours in zip(dues, over, strict=True)
    ]  # fmt: skip


def _badge(value: object, said: str) -> str:
    return f'<span class="badge-tone tone-{tone(value)}">{said}</span>'


def _texts(values: Sequence[Any]) -> list[str]:
    """Escape a column; it is looked through as one text, in which there is hardly ever something to escape."""
    texts = list(map(str, values))
    whole = "".join(texts)
    return texts if escape(whole) == whole else [str(escape(text)) for text in texts]


def _pattern(endpoint: str | None) -> str | None:
    """Return a row's address with `_PLACE` for its key."""
    if endpoint is None or endpoint not in current_app.view_functions:
        return None
    rule = next(current_app.url_map.iter_rules(endpoint))
    name = next(iter(rule.arguments), "key")
    return str(escape(url_for(endpoint, **dict[str, Any]({name: _PLACE}))))
