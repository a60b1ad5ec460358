"""The page of a list: what stands around its rows is rendered once, the rows are put into it.

The page around the rows depends on the list, its sort and columns, the language and what the reader
may do. Whatever a person or a request brings – name, station, token, address, cursors – is a place in
the kept text, so the text holds nothing of anybody. What is rarely the same is rendered anew: a list
into whose filters somebody typed, one without rows, one with a message above it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

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
_PLACES = re.compile("\ue000([a-z]+)\ue001")


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


def show_list(template: str, page: Page) -> Response:
    """Answer with a page of a list."""
    if page.state.filtered or not page.rows or "_flashes" in session or not _lasting(page):
        return current_app.response_class(render_template(template, page=page))
    actor: Actor = g.actor
    key = (
        template, page.spec.key, request.endpoint, locale_key(), actor.permissions, actor.dealer_id is None,
        page.state.sort, page.state.columns, len(page.rows), page.preceding is None, page.following is None,
    )  # fmt: skip
    store: dict[tuple[object, ...], Kept] = current_app.extensions.setdefault("list_pages", {})
    kept = store.get(key)
    if kept is None:
        if len(store) >= MOST_PAGES:
            store.clear()
        kept = store[key] = _split(_around(template, page, actor))
    values = _values(page, actor)
    return current_app.response_class(b"".join([part for text, name in kept for part in (text, values[name])]))


def _lasting(page: Page) -> bool:
    """Tell whether the list is one that a room offers: it lives as long as the app."""
    return house().lists.get(page.spec.key) is page.spec and not current_app.debug


def _values(page: Page, actor: Actor) -> dict[str, bytes]:
    """Return what this request and its person put into the places."""
    texts = {
        "token": generate_csrf(),
        "here": request.full_path.rstrip("?"),
        "name": actor.name,
        "station": station_name() or "",
        "roles": ", ".join(role_names()),
        "before": page.preceding or "",
        "after": page.following or "",
        "rows": rows_html(page),
        "": "",
    }
    return {name: escape(text).encode() for name, text in texts.items()}


def _around(template: str, page: Page, actor: Actor) -> str:
    """Render the page with places; the template is given nothing that belongs to a person or a request."""
    anyone = replace(
        page, rows=cast("list[Row[Any]]", [()] * len(page.rows)), state=replace(page.state, cursor=None),
        preceding=page.preceding and place("before"), following=page.following and place("after"),
    )  # fmt: skip
    somebody = Actor(None, place("name"), None if actor.dealer_id is None else 0, actor.permissions, "-")
    return render_template(
        template, page=anyone, actor=somebody, current_user=None, session=None, g=None,
        request=Anyone(request.endpoint, request.blueprint), get_flashed_messages=lambda **_options: (),
        csrf_token=partial(place, "token"), station_name=lambda: None if actor.dealer_id is None else place("station"),
        role_names=lambda: [place("roles")], rows_html=lambda *_given: place("rows"),
    )  # fmt: skip


def _split(text: str) -> Kept:
    """Take a rendered page apart at its places."""
    parts = [*_PLACES.split(text), ""]
    return [(text.encode(), name) for text, name in zip(parts[::2], parts[1::2], strict=True)]
