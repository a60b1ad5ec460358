"""Stock-takes: the list, a new sheet, counting it, posting its differences."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from dealers.service.forms import BAD_NUMBER, Reader, hundredths
from parts.stock import services, words
from parts.stock.forms import checked, read_counts
from parts.stock.lists import TAKES
from parts.stock.queries.takes import take_page
from parts.stock.rules import NOTHING
from parts.stock.services.take import MOST_LINES
from parts.stock.states import STOCK_TAKE
from parts.stock.views import bp
from parts.stock.views.again import take as step
from portal.kernel.access import Permission, access
from portal.kernel.i18n import _
from portal.kernel.incoming import whole
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page


@bp.get("/takes")
@access(Permission.STOCK_VIEW)
def takes() -> Any:
    """List the sheets."""
    return list_page("parts/stock/takes.html", fetch_page(db_session(), TAKES, request.args))


@bp.get("/takes/new")
@access(Permission.STOCK_MOVE)
def new_take() -> Any:
    """Ask which bins to count."""
    return _new()


@bp.post("/takes/new")
@access(Permission.STOCK_MOVE)
def open_take() -> Any:
    """Freeze a sheet of the bins that begin so."""

    def act(reader: Reader) -> tuple[str, str]:
        made = services.open_take(db_session(), reader.text("bins"), actor(), now(), reader.text("behind"))
        return _("The sheet is made. Print it, or count on this page."), url_for("stock.take", key=made.number)

    return step(act, _new)


@bp.get("/takes/<key>")
@access(Permission.STOCK_VIEW)
def take(key: str) -> Any:
    """Show a sheet: to count, or to read."""
    return _show(key)


@bp.post("/takes/<key>")
@access(Permission.STOCK_MOVE)
def count(key: str) -> Any:
    """Keep what was counted; with ``do=post`` post the differences as well."""

    def act(reader: Reader) -> tuple[str, str]:
        counted = read_counts(reader, take_page(db_session(), key).lines)
        checked(reader)
        services.count_lines(db_session(), key, counted, actor(), whole(reader.text("version")))
        if reader.text("do") != "post":
            return _("Kept."), url_for("stock.take", key=key)
        services.post_take(db_session(), key, actor(), now())
        return _("Posted: the books agree with the bins."), url_for("stock.take", key=key)

    return step(act, lambda **shown: _show(key, **shown))


@bp.post("/takes/<key>/found")
@access(Permission.STOCK_MOVE)
def found(key: str) -> Any:
    """Add a part that lies where the books have none."""

    def act(reader: Reader) -> tuple[str, str]:
        quantity = reader.read("quantity", hundredths, BAD_NUMBER, NOTHING)
        checked(reader)
        services.add_found(db_session(), key, reader.text("part"), reader.text("bin"), quantity, actor())
        return _("Added to the sheet."), url_for("stock.take", key=key)

    return step(act, lambda **shown: _show(key, **shown))


@bp.post("/takes/<key>/cancel")
@access(Permission.STOCK_MOVE)
def cancel(key: str) -> Any:
    """Give a sheet up."""

    def act(reader: Reader) -> tuple[str, str]:
        services.cancel_take(db_session(), key, reader.text("reason"), actor(), now(), whole(reader.text("version")))
        return _("The sheet is cancelled; its bins may move again."), url_for("stock.take", key=key)

    return step(act, lambda **shown: _show(key, **shown))


def _new(status: int = 200, **shown: Any) -> Any:
    return page("parts/stock/take_new.html", status, typed=shown.get("typed"), faults=shown.get("faults", []),
                most=MOST_LINES)  # fmt: skip


def _show(key: str, status: int = 200, **shown: Any) -> Any:
    shown_take = take_page(db_session(), key)
    steps = {one.action for one in STOCK_TAKE.offered(shown_take.take.state, actor().permissions)}
    events = [
        {"at": one.at, "who": one.actor, "text": one.reason, "title": _(words.TAKE_ACTIONS[one.action]),
         "tone": "success" if one.action == "post" else "plain"}
        for one in shown_take.steps
    ]  # fmt: skip
    return page(
        "parts/stock/take.html", status, found=shown_take, steps=steps if actor().dealer_id is not None else set(),
        words=words, events=events, typed=shown.get("typed"), faults=shown.get("faults", []),
    )  # fmt: skip
