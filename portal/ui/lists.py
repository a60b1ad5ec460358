"""The page of a list: what stands around its rows is rendered once, the rows are put into it.

The page around the rows depends on the list, its sort and columns, the language and what the reader
may do, and what was chosen from the lists of its filters. Whatever a person or a request brings – name,
station, token, address, cursors, what was typed into a filter – is a place in the kept text, so the text
holds nothing of anybody. What is rarely the same is rendered anew: a list without rows, one with a
message above it or a fault at a filter.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, cast
from urllib.parse import quote_plus

from flask import Flask, Response, current_app, g, render_template, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import escape
from sqlalchemy import Row

from portal.kernel.access import Actor
from portal.kernel.i18n import locale_key
from portal.kernel.listing import Page
from portal.kernel.room import house
from portal.ui.shell import place, role_names, station_name
from portal.ui.table import rows_html

#: Pages kept in a process, each of some twenty kilobytes.
MOST_PAGES = 500
#: A place in a text, and in a part of an address.
_PLACES = re.compile("\ue000([a-z_0-9]+)\ue001|%EE%80%80([a-z_0-9]+)%EE%80%81")
#: What marks the place of a value that stands in an address, and of one that a filter was given.
_IN_ADDRESS, _TYPED = "/", "typed_"


@dataclass(frozen=True)
class Anyone:
    """The request as a kept page may know it: where it leads, not what came with it."""

    endpoint: str | None
    blueprint: str | None
    method: str = "GET"
    full_path: str = place("here")
    args: Mapping[str, str] = field(default_factory=dict)


#: A kept page: what always stands in it, and by turns the name of a place.
Kept = list[tuple[bytes, str]]


def init_lists(app: Flask) -> None:
    """Let `portal.kernel.web.list_page` show lists this way."""
    app.extensions["show_list"] = show_list


def show_list(template: str, page: Page, **around: Hashable) -> Response:
    """Answer with a page of a list; ``around`` is what its template needs beside it."""
    if page.state.errors or not page.rows or "_flashes" in session or not _lasting(page):
        return current_app.response_class(render_template(template, page=page, **around))
    actor: Actor = g.actor
    key = (
        template, page.spec.key, request.endpoint, locale_key(), actor.permissions, actor.dealer_id is None,
        page.state.sort, page.state.columns, len(page.rows), page.preceding is None, page.following is None,
        *sorted(_foreseen(page).items()), *around.items(),
    )  # fmt: skip
    store: dict[tuple[object, ...], Kept] = current_app.extensions.setdefault("list_pages", {})
    kept = store.get(key)
    if kept is None:
        if len(store) >= MOST_PAGES:
            store.clear()
        kept = store[key] = _split(_around(template, page, actor, around))
    values = _values(page, actor)
    return current_app.response_class(b"".join([part for text, name in kept for part in (text, values[name])]))


def _lasting(page: Page) -> bool:
    """Tell whether the list is one that a room offers: it lives as long as the app."""
    return house().lists.get(page.spec.key) is page.spec and not current_app.debug


def _values(page: Page, actor: Actor) -> dict[str, bytes]:
    """Return what this request and its person put into the places."""
    texts = {
        "token": _token(),
        "here": request.full_path.rstrip("?"),
        "name": actor.name,
        "station": station_name() or "",
        "roles": ", ".join(role_names()),
        "before": page.preceding or "",
        "after": page.following or "",
        "rows": rows_html(page),
        "": "",
    }
    values = {name: escape(text).encode() for name, text in texts.items()}
    for name, text in _typed(page).items():
        values[_TYPED + name], values[_IN_ADDRESS + _TYPED + name] = escape(text).encode(), quote_plus(text).encode()
    return values


def _token() -> str:
    """Return the token that forms of this session carry. It lives as long as the session, so it is signed once."""
    known = session.get("csrf_token")
    return str(generate_csrf()) if known is None else _signed(known, str(current_app.secret_key))


@lru_cache(maxsize=10_000)
def _signed(_known: str, _secret: str) -> str:
    return str(generate_csrf())


def _typed(page: Page) -> dict[str, str]:
    """Return what somebody wrote into filters; what is chosen from a list is the list's."""
    chosen = {item.key for item in page.spec.filters if item.kind == "choice"}
    return {name: text for name, text in page.state.values.items() if name not in chosen}


def _foreseen(page: Page) -> dict[str, str]:
    """Return the filters' values with places for what was written."""
    return {**page.state.values, **{name: place(_TYPED + name) for name in _typed(page)}}


def _around(template: str, page: Page, actor: Actor, around: Mapping[str, Hashable]) -> str:
    """Render the page with places; the template is given nothing that belongs to a person or a request."""
    anyone = replace(
        page, rows=cast("list[Row[Any]]", [()] * len(page.rows)),
        state=replace(page.state, cursor=None, values=_foreseen(page), parsed={}),
        preceding=page.preceding and place("before"), following=page.following and place("after"),
    )  # fmt: skip
    somebody = Actor(None, place("name"), None if actor.dealer_id is None else 0, actor.permissions, "-")
    return render_template(
        template, page=anyone, actor=somebody, current_user=None, session=None, g=None,
        request=Anyone(request.endpoint, request.blueprint), get_flashed_messages=lambda **_options: (),
        csrf_token=partial(place, "token"), station_name=lambda: None if actor.dealer_id is None else place("station"),
        role_names=lambda: [place("roles")], rows_html=lambda *_given: place("rows"), **around,
    )  # fmt: skip


def _split(text: str) -> Kept:
    """Take a rendered page apart at its places."""
    parts, end = [], 0
    for found in _PLACES.finditer(text):
        name = found[1] or _IN_ADDRESS + found[2]
        parts.append((text[end : found.start()].encode(), name))
        end = found.end()
    return [*parts, (text[end:].encode(), "")]
