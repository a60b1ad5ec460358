"""The list of what waits for headquarters. It knows the hour: whose desk a claim is still on, and what is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import Row, Select, bindparam, case, text

from portal.kernel.access import Permission
from portal.kernel.db import UtcDateTime
from portal.kernel.i18n import N_
from portal.kernel.listing import Column, Filter, ListSpec, Tick
from warranty.claims.models import AWAITED, Claim
from warranty.claims.queries.lists import COLUMNS, DEALER, FILTERS, WAITING, of_dealer_code, of_state, with_dealer


def _queue() -> Select[Any]:
    held = Claim.taken_until > bindparam("now", callable_=_clock, type_=UtcDateTime())
    return with_dealer().where(text(AWAITED)).add_columns(
        case((held, Claim.taken_by)).label("desk"), case((held, Claim.taken_until)).label("desk_until"),
    )  # fmt: skip


def _clock() -> datetime:
    return cast("datetime", current_app.config["CLOCK"]())


def _to_tick(row: Row[Any]) -> str | None:
    """Return how a batch names a claim: as it was when it was seen. Only the first level decides in batches."""
    return f"{row.number}@{row.row_version}" if row.state == "submitted" else None


#: What waits for headquarters, what is due first at its top. A claim that waits has always its moment.
QUEUE = ListSpec(
    "claims_queue", N_("Claims to decide"), Permission.CLAIM_DECIDE, _queue, Claim.id,
    (
        COLUMNS[0], *DEALER, *COLUMNS[1:4], replace(COLUMNS[4], default=False), COLUMNS[5], COLUMNS[7],
        replace(COLUMNS[9], default=False), Column("due_at", N_("Due"), "moment", late=True),
        Column("desk", N_("On the desk of")), Column("desk_until", N_("there until"), "moment"),
    ),
    {"submitted_at": Claim.submitted_at, "due_at": Claim.due_at, "applied": Claim.applied},
    "due_at", "claims.queue", "claims.claim",
    (
        Filter("state", N_("State"), of_state, "choice", WAITING), *FILTERS[1:4],
        Filter("dealer", N_("Station code"), of_dealer_code),
    ),
    N_("Nothing waits for a decision."), steady=True,
    tick=Tick("claims", "number", _to_tick, ("number", "row_version", "state")),
)  # fmt: skip
