"""The rows of a list as HTML, written by Python: four hundred cells cost a template ten times as much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import current_app, url_for
from markupsafe import Markup, escape
from sqlalchemy import Row

from portal.kernel.i18n import _
from portal.kernel.listing import Column, ListSpec, Page
from portal.ui.filters import NOTHING, day, moment, money, number, tone
from portal.ui.icons import icon

#: How the kinds of a list's columns are written; the others are text.
WRITTEN: dict[str, Callable[[Any], str]] = {"money": money, "num": number, "date": day, "moment": moment}
_MISSING = f'<span class="muted">{NOTHING}</span>'
#: Stands for a row's key in the pattern of its address: a number, which text and number converters take.
_PLACE = "9007199254740991"


def rows_html(page: Page) -> Markup:
    """Write the body of a list's table; every value is escaped here."""
    columns = [(column.key, _opening(column), _writer(column)) for column in page.columns]
    address = _addresses(page.spec)
    linked = {column.key for column in page.columns if column.link}
    parts: list[str] = []
    for row in page.rows:
        values = row._mapping  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
        url = address(row)
        parts.append("<tr>")
        for key, opening, write in columns:
            value = values[key]
            if value is None or value == "":
                parts.append(f'{opening} is-missing">{_MISSING}</td>')
            elif url is not None and key in linked:
                parts.append(f'{opening} is-link"><a href="{url}">{write(value)}</a></td>')
            else:
                parts.append(f'{opening}">{write(value)}</td>')
        parts.append("</tr>")
    return Markup("".join(parts))  # noqa: S704  (made of escaped values above)


def _opening(column: Column) -> str:
    """Begin a cell up to its classes; on a phone the label stands beside the value."""
    return f'<td data-label="{escape(_(column.label))}" class="kind-{escape(column.kind)}'


def _writer(column: Column) -> Callable[[Any], str]:
    """Return what writes a value of the column as HTML, its words looked up once a page."""
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
    return lambda value: words.get(str(value)) or str(escape(value))


def _addresses(spec: ListSpec) -> Callable[[Row[Any]], str | None]:
    """Return what makes a row's address: its ``key``, else the column that is marked as link."""
    endpoint = spec.row_endpoint
    if endpoint is None or endpoint not in current_app.view_functions:
        return lambda _row: None
    source = next((column.key for column in spec.columns if column.link), "id")
    rule = next(current_app.url_map.iter_rules(endpoint))
    name = next(iter(rule.arguments), "key")
    # One address is made the slow way and serves as pattern.
    pattern = str(escape(url_for(endpoint, **dict[str, Any]({name: _PLACE}))))

    def address(row: Row[Any]) -> str | None:
        values = row._mapping  # noqa: SLF001
        key = values["key"] if "key" in values else values.get(source)
        return None if key is None else pattern.replace(_PLACE, quote(str(key), safe=""))

    return address
