"""The rows of a list as HTML, written by Python: four hundred cells cost a template ten times as much.

What is the same for every row – a cell's beginning, a column's words, the pattern of an address – is
made once for a list, its columns and a language. The cells are then written column by column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import current_app, url_for
from markupsafe import Markup, escape

from portal.kernel.i18n import _, locale_key
from portal.kernel.listing import Column, ListSpec, Page, Tick
from portal.kernel.room import house
from portal.ui.filters import NOTHING, day, moment, money, number, tone
from portal.ui.icons import icon

Write = Callable[[Any], str]

#: How the kinds of a list's columns are written; the others are text.
WRITTEN: dict[str, Write] = {"money": money, "num": number, "date": day, "moment": moment}
_MISSING = f'<span class="muted">{NOTHING}</span>'
#: What closes a cell's opening tag and fills it where nothing is known.
_BLANK = f' is-missing">{_MISSING}'
EMPTY = (None, "")
#: Stands for a row's key in the pattern of its address: a number, which text and number converters take.
_PLACE = "9007199254740991"
_PLAIN = re.compile(r"[A-Za-z0-9_.-]*").fullmatch


@dataclass(frozen=True)
class Shape:
    """How a list's rows are written: the row as a ``%`` pattern, each cell's writer, a row's address."""

    row: str
    cells: tuple[tuple[str, Write, bool], ...]  # key, writer, whether it leads to the row's page
    address: str | None  # with `_PLACE` for the key
    source: str  # the column that the address is made of, where the rows carry no key


def rows_html(page: Page, ticked: Collection[str] = ()) -> Markup:
    """Write the body of a list's table; every value is escaped here."""
    if not page.rows:
        return Markup()
    shape = _shape_of(page.spec, page.columns)
    fields = page.rows[0]._fields
    urls = _addresses(shape, fields, page.rows)
    columns = []
    for key, write, leads in shape.cells:
        place = fields.index(key)
        cells = [_BLANK if row[place] in EMPTY else f'">{write(row[place])}' for row in page.rows]
        columns.append([_linked(cell, url) for cell, url in zip(cells, urls, strict=True)] if leads and urls else cells)
    rows = [shape.row % cells for cells in zip(*columns, strict=True)]
    if page.spec.tick is not None:
        boxes = (_box(page.spec.tick, row, ticked) for row in page.rows)
        rows = [f"<tr>{box}{html.removeprefix('<tr>')}" for box, html in zip(boxes, rows, strict=True)]
    return Markup("".join(rows))  # noqa: S704  (escaped above)


def _box(tick: Tick, row: Any, ticked: Collection[str]) -> str:
    """Write the cell with a row's box to tick; an empty one where the row has none."""
    value = tick.value(row)
    if value is None:
        return '<td class="tick is-missing"></td>'
    label = escape(_("Choose %(row)s", row=getattr(row, tick.label)))
    return (
        f'<td class="tick"><input class="form-check-input" type="checkbox" form="ticks" name="{escape(tick.name)}"'
        f' value="{escape(value)}" aria-label="{label}" data-select{" checked" if value in ticked else ""}></td>'
    )


def _linked(cell: str, url: str | None) -> str:
    """Let a written cell lead to the row's page."""
    return cell if url is None or cell is _BLANK else f' is-link"><a href="{url}">{cell[2:]}</a>'


def _addresses(shape: Shape, fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str | None]:
    """Return every row's address: made of its ``key``, else of the column that is marked as link."""
    source = "key" if "key" in fields else shape.source
    if shape.address is None or source not in fields:
        return []
    place, before, after = fields.index(source), *shape.address.split(_PLACE)
    return [None if row[place] is None else f"{before}{_quoted(str(row[place]))}{after}" for row in rows]


def _quoted(key: str) -> str:
    return key if _PLAIN(key) else quote(key, safe="")


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
    openings = (_opening(column).replace("%", "%%") for column in columns)
    return Shape(
        f"<tr>{''.join(f'{opening}%s</td>' for opening in openings)}</tr>",
        tuple((column.key, _writer(column), column.link) for column in columns),
        _pattern(spec.row_endpoint),
        next((column.key for column in spec.columns if column.link), "id"),
    )


def _opening(column: Column) -> str:
    """Begin a cell up to its classes; on a phone the label stands beside the value."""
    return f'<td data-label="{escape(_(column.label))}" class="kind-{escape(column.kind)}'


def _writer(column: Column) -> Write:
    """Return what writes a value of the column as HTML, in the language in force."""
    words = {value: str(escape(_(message))) for value, message in column.words.items()}
    if column.kind == "flag":
        yes = str(icon("check-lg", _("yes")))
        return lambda value: yes if value else _MISSING
    if column.kind == "state":
        return lambda value: (
            f'<span class="badge-tone tone-{tone(value)}">{words.get(str(value)) or escape(value)}</span>'
        )
    write = WRITTEN.get(column.kind)
    if write is not None:
        return write
    return (lambda value: words.get(str(value)) or _text(value)) if words else _text


def _text(value: Any) -> str:
    """Escape a value; letters and digits, which most cells are, have nothing to escape."""
    text = str(value)
    return text if text.isalnum() else str(escape(text))


def _pattern(endpoint: str | None) -> str | None:
    """Return a row's address with `_PLACE` for its key."""
    if endpoint is None or endpoint not in current_app.view_functions:
        return None
    rule = next(current_app.url_map.iter_rules(endpoint))
    name = next(iter(rule.arguments), "key")
    return str(escape(url_for(endpoint, **dict[str, Any]({name: _PLACE}))))
