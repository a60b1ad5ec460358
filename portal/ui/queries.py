"""Reads of the shell: the work that waits, what a search finds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dealers.service.queries import find_owned
from dealers.vehicles import rules
from dealers.vehicles.queries import find
from dealers.vehicles.words import vin_fault_in_words
from parts.returns.models import OldPart
from parts.returns.rules.labels import LabelError
from parts.returns.rules.labels import read as read_label
from portal.auth.roles import Side
from portal.kernel.access import Actor, Permission
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.room import WorkItem, house
from portal.ui.shell import url_exists
from portal.ui.shelves import SHELVES, Shelf

MOST_DOCUMENTS = 10
#: How the numbers of documents begin.
DOCUMENT = re.compile(r"[A-Za-z]{2}-").match


@dataclass(frozen=True)
class Waiting:
    """Work that waits: how much, in what words, where."""

    key: str
    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Found:
    """Something a search found; ``kind`` is a message id."""

    kind: str
    name: str
    detail: str
    url: str


@dataclass(frozen=True)
class Quick:
    """A frequent action, offered to whoever may do it; the first one offered is the main one."""

    label: str
    endpoint: str
    permission: Permission
    icon: str
    query: str = ""
    side: Side | None = None


QUICK = (
    Quick(N_("Open a repair order"), "service.new", Permission.SERVICE_WRITE, "plus-lg"),
    Quick(N_("Decide claims"), "claims.queue", Permission.CLAIM_DECIDE, "check2-circle", "state=submitted"),
    Quick(N_("Decide claims at the second level"), "claims.queue", Permission.CLAIM_DECIDE_SENIOR, "check2-all",
          "state=in_review"),
    Quick(N_("Mend returned claims"), "claims.claims", Permission.CLAIM_WRITE, "arrow-return-left", "state=returned"),
    Quick(N_("Accounts"), "auth.users", Permission.USER_MANAGE, "people"),
    Quick(N_("Stations"), "network.dealers", Permission.NETWORK_EDIT, "shop"),
    Quick(N_("Import data"), "imports.imports", Permission.IMPORT_RUN, "upload"),
    Quick(N_("Statements"), "settlement.settlements", Permission.SETTLEMENT_REVIEW, "cash-stack"),
    Quick(N_("Statements"), "settlement.settlements", Permission.SETTLEMENT_CONFIRM, "cash-stack"),
    Quick(N_("Parts to issue"), "stock.to_issue", Permission.STOCK_MOVE, "box-arrow-up"),
    Quick(N_("Look up a part"), "catalogue.parts", Permission.CATALOGUE_VIEW, "gear"),
    Quick(N_("Cars"), "vehicles.vehicles", Permission.VEHICLE_VIEW, "car-front"),
    Quick(N_("Statements"), "settlement.settlements", Permission.SETTLEMENT_VIEW, "cash-stack"),
)  # fmt: skip
#: More buttons than this are a menu, and a menu there is.
MOST_QUICK = 4


def side_of(actor: Actor) -> Side:
    """Return where the actor works."""
    return Side.HEAD_OFFICE if actor.dealer_id is None else Side.DEALER


def waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Count the work that waits for the actor; what has something to do comes first."""
    found = [
        Waiting(item.key, item.label, item.count(session, actor, now), _address(item.endpoint, item.query))
        for item in house().work
        if _concerns(item, actor) and url_exists(item.endpoint)
    ]
    return sorted(found, key=lambda item: item.count == 0)


def _concerns(item: WorkItem, actor: Actor) -> bool:
    return actor.may(item.permission) and item.side in {None, "both", side_of(actor).value}


def quick_actions(actor: Actor) -> list[tuple[Quick, str]]:
    """Return the actor's frequent actions with their addresses, the main one first."""
    possible: dict[str, Quick] = {}  # a place that several permissions lead to is offered once
    for item in QUICK:
        if actor.may(item.permission) and item.side in {None, side_of(actor)} and url_exists(item.endpoint):
            possible.setdefault(_address(item.endpoint, item.query), item)
    return [(item, address) for address, item in possible.items()][:MOST_QUICK]


def _address(endpoint: str, query: str) -> str:
    return url_for(endpoint, **dict[str, Any](parse_qsl(query)))


def search(session: Session, text: str, actor: Actor) -> list[Found]:
    """Find by a scanned label, document number, VIN, its end, plate, or owner, within what the actor may see."""
    labelled = _labelled(session, text, actor)
    if labelled:
        return labelled
    number = text.strip().upper()
    shelves = [shelf for shelf in SHELVES if number.startswith(f"{shelf.series}-")]
    if shelves:
        return _documents(session, shelves, number, actor)
    if not actor.may(Permission.VEHICLE_VIEW) or not url_exists("vehicles.vehicle"):
        return []
    return _cars(session, text) or _owned(session, text, actor)


def _labelled(session: Session, text: str, actor: Actor) -> list[Found]:
    """Find the old part whose label was scanned or typed; nothing where the text is no label."""
    try:
        number = read_label(text)
    except LabelError:
        return []
    if not actor.may(Permission.RETURN_VIEW) or not url_exists("returns.part"):
        return []
    found = session.execute(select(OldPart.number, OldPart.part_name).where(OldPart.number == number))
    return [Found(N_("Old part"), row.number, row.part_name, url_for("returns.part", key=row.number)) for row in found]


def _cars(session: Session, text: str) -> list[Found]:
    return [
        Found(
            N_("Car"), hit.vin, " · ".join(filter(None, (hit.plate, hit.model, hit.owner))),
            url_for("vehicles.vehicle", vin=hit.vin),
        )
        for hit in find(session, text)
    ]  # fmt: skip


def _owned(session: Session, text: str, actor: Actor) -> list[Found]:
    """Find cars by their owners; a station only its own customers, whom it may see in full."""
    return [
        Found(
            N_("Car"), hit.vin, " · ".join(filter(None, (hit.owner, hit.phone, hit.plate, hit.model))),
            url_for("vehicles.vehicle", vin=hit.vin),
        )
        for hit in find_owned(session, text, actor.dealer_id)
    ]  # fmt: skip


def _documents(session: Session, shelves: list[Shelf], number: str, actor: Actor) -> list[Found]:
    """Find a document by its number; else those whose numbers begin so, the latest first.

    Two kinds may share a series.
    """
    mine = [shelf for shelf in shelves if actor.may(shelf.permission) and url_exists(shelf.endpoint)]
    found = [(shelf, one) for shelf in mine for one in _numbers(session, shelf, actor, shelf.number == number)]
    if not found:
        begins = [(shelf, shelf.number.startswith(number, autoescape=True)) for shelf in mine]
        found = [(shelf, one) for shelf, condition in begins for one in _numbers(session, shelf, actor, condition)]
    return [
        Found(shelf.kind, one, "", url_for(shelf.endpoint, **dict[str, Any]({shelf.key: one}))) for shelf, one in found
    ]


def _numbers(session: Session, shelf: Shelf, actor: Actor, condition: ColumnElement[bool]) -> list[str]:
    statement = select(shelf.number).where(condition).order_by(shelf.number.desc()).limit(MOST_DOCUMENTS)
    if shelf.narrow is not None:
        statement = shelf.narrow(statement, actor)
    return list(session.scalars(statement))


def hint(text: str) -> Fault | None:
    """Tell why a whole VIN may not have been found; None where nothing is to be said."""
    vin = rules.clean_vin(text)
    if DOCUMENT(text.strip()):
        return None  # a number with its hyphens is no VIN, however long it is
    if vin.isascii() and vin.isalnum() and len(vin) < rules.TAIL:
        return Fault(N_("Please give at least the last 6 characters of the VIN, or the whole plate."))
    if len(vin) != rules.VIN_LENGTH:
        return None
    return vin_fault_in_words(vin) or Fault(N_("The VIN is well formed, but this car is not recorded yet."))
