"""What a room offers to the house: pages, lists, papers, work that waits, places in the menu.

Each room says it once in its ``room.py`` (``ROOM = Room(...)``); `portal.app` puts it in. Home page,
menu, exports and documents read these descriptions instead of importing the rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Flask, current_app
from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.listing import ListSpec

#: Tells a page's endpoint and arguments by a paper's key; None where there is no such object.
ShownAt = Callable[[Session, str], tuple[str, dict[str, str]] | None]


@dataclass(frozen=True)
class Paper:
    """A kind of printed document (PDF).

    ``build`` loads what the paper says, in the caller's scope, as a frozen dataclass (`NotFoundError`
    when there is no such object); ``template`` renders it as ``paper``; ``file_name`` names the file.
    ``page`` is where the object is shown: the page's endpoint and what that calls the key, or how both follow from
    a key that says more.
    """

    key: str
    title: str
    permission: Permission
    build: Callable[[Session, str], Any]
    template: str
    file_name: Callable[[Any], str]
    page: tuple[str, str] | ShownAt

    def shown_at(self, session: Session, key: str) -> tuple[str, dict[str, str]] | None:
        """Return the endpoint and the arguments of the page that shows what the paper says."""
        return self.page(session, key) if callable(self.page) else (self.page[0], {self.page[1]: key})


@dataclass(frozen=True)
class WorkItem:
    """Work that waits (待办): a count that leads to its list. ``url`` is ``endpoint?query``."""

    key: str
    label: str
    permission: Permission
    count: Callable[[Session, Actor, datetime], int]
    endpoint: str
    query: str = ""
    side: str | None = None  # dealer, head_office or both


@dataclass(frozen=True)
class MenuItem:
    """A place in the menu, seen by whoever holds the permission; sorted by ``order``."""

    label: str
    endpoint: str
    permission: Permission
    order: int
    icon: str = "circle"  # a Bootstrap icon
    side: str | None = None  # dealer or head_office; None for both


@dataclass(frozen=True)
class Room:
    """All that a room offers."""

    blueprint: Blueprint
    lists: tuple[ListSpec, ...] = ()
    papers: tuple[Paper, ...] = ()
    work: tuple[WorkItem, ...] = ()
    menu: tuple[MenuItem, ...] = ()


@dataclass
class House:
    """Every room's offers, by key."""

    lists: dict[str, ListSpec] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    work: list[WorkItem] = field(default_factory=list)
    menu: list[MenuItem] = field(default_factory=list)


def furnish(app: Flask, room: Room) -> None:
    """Put a room into the app."""
    app.register_blueprint(room.blueprint)
    house: House = app.extensions.setdefault("house", House())
    for spec in room.lists:
        house.lists[spec.key] = spec
    for paper in room.papers:
        house.papers[paper.key] = paper
    house.work += room.work
    house.menu = sorted((*house.menu, *room.menu), key=lambda item: item.order)


def house() -> House:
    """Return what the running app offers."""
    return cast("House", current_app.extensions["house"])
