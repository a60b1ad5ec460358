"""What comes back from suppliers: the page of shares, and the lists behind its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from portal.kernel.access import Permission, access
from portal.kernel.clock import known_day, local_date
from portal.kernel.i18n import N_
from portal.kernel.listing import fetch_page
from portal.kernel.web import db_session, list_page, now, page
from warranty.recovery.lists import COSTS, LEDGER
from warranty.recovery.queries.costs import Period
from warranty.recovery.queries.figures import ledger_by_month, read_shares
from warranty.recovery.rules.shares import Figures
from warranty.recovery.views import bp

VIEW = Permission.RECOVERY_VIEW


@dataclass(frozen=True)
class Asked:
    """What the address asks: days, as they were typed, and what is wrong with them."""

    first: date
    last: date
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def read_asked(args: Mapping[str, str], today: date) -> Asked:
    """Read ``since`` and ``until``; without them the year up to today."""
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    found = {"since": date(today.year - 1, today.month, 1), "until": today}
    for name in ("since", "until"):
        text = (args.get(name) or "").strip()
        if not text:
            continue
        typed[name] = text
        try:
            found[name] = date.fromisoformat(text)
        except ValueError:
            errors[name] = N_("Please write the date as 2026-01-31.")
        else:
            if not known_day(found[name]):
                errors[name] = N_("This day is too far away.")
    if not errors and found["since"] > found["until"]:
        errors["until"] = N_("The last day is before the first one.")
    return Asked(found["since"], found["until"], typed, errors)


@bp.get("/shares")
@access(VIEW)
def shares() -> Any:
    """Show by supplier what its parts cost, and what of it was claimed, accepted, booked and paid."""
    asked = read_asked(request.args, local_date(now()))
    code = request.args.get("supplier", "").strip().upper()
    period = Period(asked.first, asked.last)
    found = [] if asked.errors else read_shares(db_session(), period, code)
    ledger = [] if asked.errors else ledger_by_month(db_session(), period, code)
    return page(
        "warranty/recovery/shares.html", 422 if asked.errors else 200, asked=asked, code=code, found=found,
        whole=sum((one.figures for one in found), Figures()), ledger=ledger,
        days={"since": asked.first.isoformat(), "until": asked.last.isoformat()},
    )  # fmt: skip


@bp.get("/costs")
@access(VIEW)
def costs() -> Response:
    """List the claims whose causal part a supplier made."""
    return list_page("warranty/recovery/costs.html", fetch_page(db_session(), COSTS, request.args))


@bp.get("/ledger")
@access(VIEW)
def ledger() -> Response:
    """List the entries of the ledger."""
    return list_page("warranty/recovery/ledger.html", fetch_page(db_session(), LEDGER, request.args))
