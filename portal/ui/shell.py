"""What every page stands in: menu, icons, the address of assets, helpers for the components."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale
from markupsafe import Markup
from sqlalchemy import Row, select
from wtforms import FieldList, FormField

from dealers.network.models import Dealer
from portal.auth.roles import ROLES
from portal.kernel.i18n import LOCALES, locale_key
from portal.kernel.listing import Column, ListSpec
from portal.kernel.room import MenuItem, house
from portal.kernel.web import db_session, is_fragment
from portal.ui.filters import FILTERS, NOTHING, day, moment, money, number

#: How the kinds of a list's columns are written; the others are text.
WRITTEN: dict[str, Callable[[Any], str]] = {"money": money, "num": number, "date": day, "moment": moment}
STATIC = Path(__file__).parent / "static"


def init_ui(app: Flask) -> None:
    """Give the templates their filters and helpers."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        asset=asset, icon=icon, url_exists=url_exists, row_url=row_url, cell=cell, field_errors=field_errors,
        field_attributes=field_attributes,
        is_fragment=is_fragment, locales=LOCALES, locale_key=locale_key,
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
        "lang": _lang(),
    }


def _lang() -> str:
    return str(get_locale() or "zh_CN").replace("_", "-")


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
    """Return the menu's item that this page belongs to: itself, or the first of its room."""
    items, endpoint = menu(), request.endpoint or ""
    itself = [item for item in items if item.endpoint == endpoint]
    room = [item for item in items if item.endpoint.split(".")[0] == endpoint.split(".")[0]]
    return next(iter([*itself, *room]), None)


def station_name() -> str | None:
    """Return the name of the station of whoever is signed in; None at headquarters."""
    actor = g.get("actor")
    if actor is None or actor.dealer_id is None:
        return None
    name: str | None = db_session().scalar(select(Dealer.name).where(Dealer.id == actor.dealer_id))
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
def _fingerprint(path: Path, _modified: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content, so caches never serve an old one."""
    path = STATIC / name
    version = _fingerprint(path, path.stat().st_mtime) if path.exists() else None
    return url_for("ui.static", filename=name, v=version)


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    """Take one drawing out of the sprite that Bootstrap-Flask brings along (a megabyte: not for phones)."""
    sprite = files("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"
    text = sprite.read_text(encoding="utf-8")
    start = text.find(f' id="{name}">')
    if start < 0:
        return _drawing("circle")
    return text[text.index(">", start) + 1 : text.index("</symbol>", start)]


def icon(name: str, label: str | None = None) -> Markup:
    """Return a Bootstrap icon drawn in the page; without a label it is decoration."""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    frame = Markup('<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="currentColor" {}>{}</svg>')
    return frame.format(said, Markup(_drawing(name)))  # noqa: S704  (the library's own drawing)


def row_url(spec: ListSpec, row: Row[Any]) -> str | None:
    """Return the page of a list's row: its ``key`` column, else the column that is marked as link."""
    if spec.row_endpoint is None or not url_exists(spec.row_endpoint):
        return None
    values = row._mapping  # noqa: SLF001  (SQLAlchemy's public name for a row as a mapping)
    key = values.get("key", next((values.get(column.key) for column in spec.columns if column.link), None))
    rule = next(current_app.url_map.iter_rules(spec.row_endpoint))
    name = next(iter(rule.arguments), "key")
    return None if key is None else url_for(spec.row_endpoint, **{name: key})


def cell(row: Row[Any], column: Column) -> str:
    """Write a value of a list as text, by the column's kind; words of states are left to the page."""
    value = row._mapping[column.key]  # noqa: SLF001
    if value is None or value == "":
        return NOTHING
    write = WRITTEN.get(column.kind)
    return write(value) if write else str(value)


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
