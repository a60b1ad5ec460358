"""What a browser sends, made harmless in one place: no NUL reaches a field, no number outgrows a key.

PostgreSQL's text holds no NUL, and its keys end at 63 bits; SQLite's driver refuses longer numbers.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, Map

#: The largest key of a row.
LARGEST = 2**63 - 1


class Incoming(Request):
    """A request whose texts hold no NUL: nobody types one, and the database would refuse it."""

    @cached_property
    def args(self) -> Any:
        """Return the parameters of the address."""
        return _plain(super().args)

    @property
    def form(self) -> Any:
        """Return the fields of the form."""
        if "plain_form" not in self.__dict__:
            self.__dict__["plain_form"] = _plain(super().form)
        return self.__dict__["plain_form"]


class Key(IntegerConverter):
    """A number in an address that can be the key of a row; a longer one is no page of ours."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002  (werkzeug's name)
        super().__init__(map, **{"max": LARGEST, **options})


def whole(text: str | None) -> int | None:
    """Read a number that a page of ours wrote (a version, a key); None for anything else."""
    text = text or ""
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))
    return int(text) if fits and int(text) <= LARGEST else None


def day_of(text: str | None) -> date | None:
    """Read a day that a page of ours wrote; None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def init_incoming(app: Flask) -> None:
    """Read requests this way; comes before any route is added."""
    app.request_class = Incoming
    app.url_map.converters["int"] = Key
    app.before_request(_refuse_paths)


def _refuse_paths() -> None:
    from flask import request

    if "\0" in request.path:
        raise NotFound


def _plain(values: MultiDict[str, str]) -> MultiDict[str, str]:
    if not any("\0" in text for pair in values.items(multi=True) for text in pair):
        return values
    return ImmutableMultiDict(
        [(name.replace("\0", ""), value.replace("\0", "")) for name, value in values.items(multi=True)]
    )
