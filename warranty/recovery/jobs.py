"""Long work of the room: making demands of a period, and the list that a supplier answers on."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission, require
from portal.kernel.clock import local
from portal.kernel.jobs import Context, Outcome, handles
from portal.kernel.money import ZERO, total
from portal.kernel.storage import storage
from warranty.recovery.queries.costs import Period, queues_of, waiting
from warranty.recovery.queries.recoveries import find
from warranty.recovery.services.generate import MOST_CLAIMS, Made, check_period, recover_supplier
from warranty.recovery.sheets import write_answer_list

GENERATE, ANSWER_LIST = "recovery_generate", "recovery_answers"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Generated:
    """What one run made: the demands' numbers, the claims in them, and yuan."""

    numbers: tuple[str, ...]
    claims: int
    claimed: Decimal

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it: money as text."""
        return {"numbers": list(self.numbers), "claims": self.claims, "claimed": str(self.claimed)}


def generate(
    session: Session, period: Period, supplier: str, actor: Actor, now: datetime, report: Report | None = None,
    *, most: int = MOST_CLAIMS,
) -> Generated:  # fmt: skip
    """Make the demands of a period, of one supplier or of all, each in a transaction of its own.

    Each supplier's claims are put in order once; each demand goes on where the one before it ended. After a kill
    the demands that were made are whole, and the next run finds what is left; run again after that, it makes nothing.
    """
    require(actor, Permission.RECOVERY_EDIT)
    check_period(period, now)
    todo = waiting(session, period, supplier)
    queues = queues_of(session, period, [one.supplier_id for one in todo])
    session.commit()
    made: list[Made] = []
    for place, one in enumerate(todo):
        if report is not None:
            report(place, len(todo))
        queue = queues.get(one.supplier_id, [])
        while demand := recover_supplier(session, one.supplier_id, period, actor, now, most=most, queue=queue):
            session.commit()
            session.expunge_all()
            made.append(demand)
        session.commit()
    if report is not None:
        report(len(todo), len(todo))
    return Generated(
        tuple(one.number for one in made), sum(one.claims for one in made), total(one.claimed for one in made) or ZERO
    )  # fmt: skip


@handles(GENERATE, reads_only=False)
def run_generate(context: Context) -> Outcome:
    """Make the demands of ``first`` to ``last``, telling progress supplier by supplier."""
    asked = context.payload
    period = Period(date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"]))
    done = generate(context.session, period, asked["supplier"], context.actor, context.now, context.progress)
    return Outcome(done.plain())


@handles(ANSWER_LIST)
def run_answer_list(context: Context) -> Outcome:
    """Write the workbook of a demand's lines in which its supplier answers."""
    require(context.actor, Permission.RECOVERY_VIEW)
    recovery = find(context.session, context.payload["key"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.xlsx"
        rows = write_answer_list(context.session, recovery, path)
        key = f"exports/{local(context.now):%Y/%m}/{uuid.uuid4().hex}.xlsx"
        storage().put(key, path)
    return Outcome({"rows": rows}, key, f"{recovery.number}.xlsx", XLSX)
