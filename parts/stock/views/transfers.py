"""Transfers between stations: their list, a new one, and what each party does with it."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from dealers.service.forms import Reader
from parts.stock import services, words
from parts.stock.forms import ROWS, checked, read_arrivals, read_lines
from parts.stock.lists import TRANSFERS
from parts.stock.queries.items import held
from parts.stock.queries.transfers import transfer_page
from parts.stock.states import STOCK_TRANSFER
from parts.stock.views import bp
from parts.stock.views.again import take
from portal.kernel.access import Permission, access
from portal.kernel.i18n import _
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page

#: Which party takes which step.
SENDERS, RECEIVERS = frozenset({"take_back", "settle"}), frozenset({"receive", "receive_less"})


@bp.get("/transfers")
@access(Permission.STOCK_VIEW)
def transfers() -> Any:
    """List the transfers to and from the station, or of the network."""
    return list_page("parts/stock/transfers.html", fetch_page(db_session(), TRANSFERS, request.args))


@bp.get("/transfers/new")
@access(Permission.STOCK_MOVE)
def new_transfer() -> Any:
    """Show an empty transfer; ``?part=`` fills in the first line."""
    return _new(typed={"line-0-part": request.args.get("part", "")[:32]})


@bp.post("/transfers/new")
@access(Permission.STOCK_MOVE)
def send() -> Any:
    """Send what was written: all lines, or none."""

    def act(reader: Reader) -> tuple[str, str]:
        lines = read_lines(reader)
        checked(reader)
        made = services.send_parts(
            db_session(), reader.text("receiver"), lines, reader.text("note"), actor(), now()
        )  # fmt: skip
        return _("Sent. It stays yours until the station signs for it."), url_for("stock.transfer", key=made.number)

    return take(act, _new)


@bp.get("/transfers/<key>")
@access(Permission.STOCK_VIEW)
def transfer(key: str) -> Any:
    """Show a transfer to either party."""
    return _show(key)


@bp.post("/transfers/<key>/receive")
@access(Permission.STOCK_MOVE)
def receive(key: str) -> Any:
    """Sign for what arrived."""

    def act(reader: Reader) -> tuple[str, str]:
        arrived = read_arrivals(reader, transfer_page(db_session(), key, actor()).lines)
        checked(reader)
        seen = whole(reader.text("version"))
        services.receive_transfer(db_session(), key, arrived, reader.text("reason"), actor(), now(), seen)
        return _("Received into stock."), url_for("stock.transfer", key=key)

    return take(act, lambda **shown: _show(key, **shown))


@bp.post("/transfers/<key>/back")
@access(Permission.STOCK_MOVE)
def back(key: str) -> Any:
    """Take a transfer back that nobody has signed for."""

    def act(reader: Reader) -> tuple[str, str]:
        seen = whole(reader.text("version"))
        services.take_back(db_session(), key, reader.text("reason"), actor(), now(), seen)
        return _("Taken back into your bins."), url_for("stock.transfer", key=key)

    return take(act, lambda **shown: _show(key, **shown))


@bp.post("/transfers/<key>/settle")
@access(Permission.STOCK_MOVE)
def settle(key: str) -> Any:
    """Settle what did not arrive: found again, or lost."""

    def act(reader: Reader) -> tuple[str, str]:
        lost, seen = reader.text("outcome") == "lost", whole(reader.text("version"))
        services.settle_transfer(
            db_session(), key, reader.text("reason"), actor(), now(), lost=lost, expected_version=seen
        )  # fmt: skip
        return _("The difference is settled."), url_for("stock.transfer", key=key)

    return take(act, lambda **shown: _show(key, **shown))


def _new(status: int = 200, **shown: Any) -> Any:
    return page(
        "parts/stock/transfer_new.html", status, rows=ROWS, typed=shown.get("typed"), faults=shown.get("faults", [])
    )


def _show(key: str, status: int = 200, **shown: Any) -> Any:
    found = transfer_page(db_session(), key, actor())
    mine = {found.sender.id: SENDERS, found.receiver.id: RECEIVERS}.get(actor().dealer_id or 0, frozenset())
    offered = {step.action for step in STOCK_TRANSFER.offered(found.transfer.state, actor().permissions)}
    homes = held(db_session(), found.receiver.id, [line.part_id for line in found.lines])
    return page(
        "parts/stock/transfer.html", status, found=found, steps=offered & mine, words=words,
        homes={part: row.home_bin for part, row in homes.items()}, events=_events(found.steps),
        typed=shown.get("typed"), faults=shown.get("faults", []),
    )  # fmt: skip


def _events(steps: list[Any]) -> list[dict[str, Any]]:
    return [
        {"at": step.at, "who": step.actor, "text": step.reason, "title": _(words.TRANSFER_ACTIONS[step.action]),
         "tone": "success" if step.action == "receive" else "warning"}
        for step in steps
    ]  # fmt: skip
