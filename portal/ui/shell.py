"""What every page stands in: menu, icons, the address of assets, helpers for the components."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup, escape
from sqlalchemy import select
from wtforms import FieldList, FormField

from dealers.network.models import Dealer
from portal.auth.roles import ROLES
from portal.kernel.i18n import LOCALES, locale_key
from portal.kernel.listing import Page
from portal.kernel.room import MenuItem, house
from portal.kernel.web import db_session, is_fragment, now
from portal.ui.filters import FILTERS
from portal.ui.icons import icon
from portal.ui.table import rows_html

#: Parts of the frame kept in memory: pages × sets of permissions × languages stay far below.
MOST_FRAGMENTS = 5_000
#: A renamed station shows its new name in the frame after this time.
NAME_KEPT = timedelta(minutes=5)
#: Pages about oneself belong to no place in the menu.
PERSONAL = frozenset({"auth.profile", "auth.sessions", "auth.change_password", "auth.enrol_second_factor"})
STATIC = Path(__file__).parent / "static"


def init_ui(app: Flask) -> None:
    """Give the templates their filters and helpers."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        asset=asset, icon=icon, url_exists=url_exists, rows_html=rows_html, cached=cached, fitted=fitted, place=place,
        list_key=list_key,
        field_errors=field_errors, field_attributes=field_attributes, is_fragment=is_fragment,
        locales=LOCALES, locale_key=locale_key,
    )  # fmt: skip
    app.context_processor(_person)


def _person() -> dict[str, Any]:
    actor = g.get("actor")
    return {
        "actor": actor,
        "menu": menu,
        "menu_here": menu_here,
        "station_name": station_name,
        "role_names": role_names,
        "lang": locale_key().replace("_", "-"),
    }


def menu() -> list[MenuItem]:
    """Return the places that the person signed in may enter."""
    actor = g.get("actor")
    if actor is None:
        return []
    side = "head_office" if actor.dealer_id is None else "dealer"
    return [
        item for item in house().menu
        if actor.may(item.permission) and item.side in {None, side} and url_exists(item.endpoint)
    ]  # fmt: skip


def menu_here() -> MenuItem | None:
    """Return the menu's item that this page belongs to: itself, the list it stands in or below, or its room's first."""
    items, endpoint = menu(), request.endpoint or ""
    if endpoint in PERSONAL:
        return None
    itself = [item for item in items if item.endpoint == endpoint or endpoint.startswith(f"{item.endpoint}_")]
    room = [item for item in items if item.endpoint.split(".")[0] == endpoint.split(".")[0]]
    above = [item for item in room if not itself and _stands_below(url_for(item.endpoint))]
    nearest = sorted(above, key=lambda item: len(url_for(item.endpoint)), reverse=True)
    return next(iter([*itself, *nearest, *room]), None)


def _stands_below(address: str) -> bool:
    return request.path.startswith(f"{address.rstrip('/')}/")


def station_name() -> str | None:
    """Return the name of the station of whoever is signed in; None at headquarters."""
    actor = g.get("actor")
    if actor is None or actor.dealer_id is None:
        return None
    names: dict[int, tuple[datetime, str | None]] = current_app.extensions.setdefault("station_names", {})
    until, name = names.get(actor.dealer_id, (None, None))
    if until is None or until < now():
        name = db_session().scalar(select(Dealer.name).where(Dealer.id == actor.dealer_id))
        names[actor.dealer_id] = (now() + NAME_KEPT, name)
    return name


def role_names() -> list[str]:
    """Return the roles of whoever is signed in, in the language in force."""
    actor = g.get("actor")
    roles = [ROLES[key] for key in actor.roles if key in ROLES] if actor else []
    return [role.zh if locale_key() == "zh_CN" else role.en for role in roles]


def url_exists(endpoint: str) -> bool:
    """Tell whether the house has this page: rooms show links only to rooms that are there."""
    return endpoint in current_app.view_functions


@lru_cache(maxsize=64)
def _fingerprint(name: str) -> str | None:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else None


def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content, so caches never serve an old one."""
    if current_app.debug:
        _fingerprint.cache_clear()
    return url_for("ui.static", filename=name, v=_fingerprint(name))


def cached(name: str, *facts: object, caller: Callable[[], Markup]) -> Markup:
    """Keep a part of the frame that only depends on the language and ``facts``.

    For ``{% call cached("help") %}…{% endcall %}``: the same for everybody, asked for by every page.
    """
    store: dict[tuple[object, ...], Markup] = current_app.extensions.setdefault("fragments", {})
    key = (name, locale_key(), *facts)
    if key not in store or current_app.debug:
        if len(store) >= MOST_FRAGMENTS:
            store.clear()
        store[key] = caller()
    return store[key]


def place(name: str) -> str:
    """Return what stands in a kept part where every request has its own value; no text has these characters."""
    return f"\ue000{name}\ue001"


def fitted(name: str, *facts: object, caller: Callable[[], Markup], **values: object) -> Markup:
    """Keep a part as `cached` does and put this request's values, escaped, into its places."""
    text = str(cached(name, *facts, caller=caller))
    for key, value in values.items():
        text = text.replace(place(key), str(escape(value)))
    return Markup(text)  # noqa: S704  (rendered by a template; the values are escaped above)


def list_key(page: Page) -> tuple[object, ...]:
    """Name what the tools above a list depend on while nothing is typed into them."""
    return (id(page.spec), page.state.sort, page.state.columns)


def field_attributes(field: Any, help_text: str | None, autofocus: bool, more: dict[str, Any]) -> dict[str, Any]:  # noqa: FBT001  (called by the templates)
    """Return the attributes of an input: tied to its help and errors, ``more`` with hyphens for underscores."""
    described = [f"{field.id}-help"] * bool(help_text) + [f"{field.id}-error"] * bool(field.errors)
    own = {
        "aria-describedby": " ".join(described) or None,
        "aria-invalid": "true" if field.errors else None,
        "autofocus": autofocus or None,
    }
    return {key: value for key, value in own.items() if value} | {
        key.replace("_", "-"): value for key, value in more.items() if value is not None
    }


def field_errors(fields: Any, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (id of the field, label, message) for all that is wrong in a form, nested ones included."""
    for field in fields:
        label = f"{prefix}{field.label.text}"
        if isinstance(field, FieldList | FormField):
            for position, entry in enumerate(field.entries if isinstance(field, FieldList) else [field], start=1):
                inner = entry.form if isinstance(entry, FormField) else [entry]
                heading = f"{label} {position}: " if isinstance(field, FieldList) else prefix
                yield from field_errors(inner, heading)
        else:
            for message in field.errors:
                yield field.id, label, str(message)
