"""Documents of stock: their list, one of them, and writing one by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, request, url_for

from dealers.service.forms import Reader
from parts.stock import services, words
from parts.stock.forms import ROWS, checked, read_lines
from parts.stock.lists import DOCUMENTS, NETWORK_DOCUMENTS
from parts.stock.models import StockDocument
from parts.stock.queries.documents import document_page
from parts.stock.services import Line
from parts.stock.views import bp
from parts.stock.views.again import take
from portal.kernel.access import Permission, access
from portal.kernel.i18n import N_, _
from portal.kernel.listing import fetch_page
from portal.kernel.web import actor, db_session, list_page, now, page

#: What can be written by hand: how the page is called, and the reasons it asks for.
BY_HAND: dict[str, tuple[str, tuple[str, ...]]] = {
    "receive": (N_("Take goods in"), ()),
    "opening": (N_("Write opening stock"), ()),
    "adjust": (N_("Correct stock"), words.ADJUST_REASONS),
    "scrap": (N_("Scrap parts"), words.SCRAP_REASONS),
    "move": (N_("Move to another bin"), ()),
}


@bp.get("/documents")
@access(Permission.STOCK_VIEW)
def documents() -> Any:
    """List the documents by which stock moved."""
    spec = NETWORK_DOCUMENTS if actor().dealer_id is None else DOCUMENTS
    return list_page("parts/stock/list.html", fetch_page(db_session(), spec, request.args))


@bp.get("/documents/<key>")
@access(Permission.STOCK_VIEW)
def document(key: str) -> Any:
    """Show one document with its movements."""
    return page("parts/stock/document.html", found=document_page(db_session(), key), words=words)


@bp.get("/write/<kind>")
@access(Permission.STOCK_MOVE)
def write(kind: str) -> Any:
    """Show an empty document of a kind; ``?part=`` fills in the first line."""
    return _show(kind, typed={"line-0-part": request.args.get("part", "")[:32]})


@bp.post("/write/<kind>")
@access(Permission.STOCK_MOVE)
def post(kind: str) -> Any:
    """Post what was written: all lines, or none."""

    def act(reader: Reader) -> tuple[str, str]:
        lines = read_lines(reader)
        checked(reader)
        made = _acts(reader)[kind](lines)
        return _("Document %(number)s is posted.", number=made.number), url_for("stock.document", key=made.number)

    if kind not in BY_HAND:
        abort(404)
    return take(act, lambda **shown: _show(kind, **shown))


def _acts(reader: Reader) -> dict[str, Callable[[list[Line]], StockDocument]]:
    """Return what posts a document of each kind."""
    code, reason, reference = (reader.text(name) for name in ("reason_code", "reason", "reference"))
    session, who, moment = db_session(), actor(), now()
    return {
        "receive": lambda lines: services.receive_goods(session, lines, who, moment, reference=reference),
        "opening": lambda lines: services.receive_goods(session, lines, who, moment, opening=True),
        "adjust": lambda lines: services.adjust_stock(session, lines, code, reason, who, moment),
        "scrap": lambda lines: services.scrap_stock(session, lines, code, reason, who, moment),
        "move": lambda lines: services.move_stock(session, lines, who, moment),
    }


def _show(kind: str, status: int = 200, **shown: Any) -> Any:
    if kind not in BY_HAND:
        abort(404)
    title, reasons = BY_HAND[kind]
    choices = {code: words.REASONS[code] for code in reasons}
    return page(
        "parts/stock/write.html", status, kind=kind, title=title, reasons=choices, rows=ROWS,
        typed=shown.get("typed"), faults=shown.get("faults", []),
    )  # fmt: skip
