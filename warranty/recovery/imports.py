"""The import of a supplier's answers: every answer of a demand is written, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from portal.kernel.access import Permission
from portal.kernel.errors import Fault
from portal.kernel.i18n import N_
from portal.kernel.importing.fields import Field, memo, parse_amount, text, whole, word
from portal.kernel.importing.kinds import Batch, Desk, ImportKind
from portal.kernel.importing.store import Store
from portal.kernel.importing.upsert import UNCHANGED, UPDATED
from portal.kernel.money import from_fen
from portal.kernel.scoping import actor_of
from warranty.recovery.models import Recovery, RecoveryLine
from warranty.recovery.queries.recoveries import find
from warranty.recovery.rules.answers import ACCEPTED, PARTLY, REJECTED, Answer, accepted
from warranty.recovery.services.rounds import answer_lines, faults_of

RECOVERY, LINE = cast("Table", Recovery.__table__), cast("Table", RecoveryLine.__table__)
MOST_LINES = 1_000_000
REASON_CELL = 500
#: What suppliers write, in either language.
WORDS = {
    "认可": ACCEPTED, "全部认可": ACCEPTED, "接受": ACCEPTED, "accepted": ACCEPTED, "accept": ACCEPTED,
    "部分认可": PARTLY, "部分接受": PARTLY, "partly": PARTLY, "partly accepted": PARTLY,
    "不认可": REJECTED, "拒绝": REJECTED, "rejected": REJECTED, "reject": REJECTED,
}  # fmt: skip
CHOICES = ("认可", "部分认可", "不认可")
_outcome = word(lambda said: WORDS.get(said.lower()), CHOICES)
TOGETHER = N_(
    "Other rows of this demand are wrong, so none of its answers was written. Mend them and send the whole list again."
)

#: A demand's lines as they stand: position → (asked, outcome, accepted, reason).
Known = dict[int, tuple[Decimal, str | None, Decimal | None, str | None]]


class AnswerDesk(Desk):
    """Checks each answer against its line; writes when no row of the demand is wrong."""

    def __init__(self, store: Store, today: date) -> None:
        super().__init__(store, today)
        self._states: dict[str, str | None] = {}
        self._lines: dict[str, Known] = {}
        self._answers: dict[str, dict[int, Answer]] = defaultdict(dict)
        self._keys: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._wrong: set[str] = set()

    def check(self, batch: Batch) -> None:
        """Refuse unknown demands and lines, demands that wait for no answer, and answers that cannot stand."""
        numbers, places = batch.column("number"), batch.column("position")
        self._learn({number for number in numbers if number})
        for index, (number, place) in enumerate(zip(numbers, places, strict=True)):
            if number is not None:
                self._check_row(batch, index, number, place)
        self._wrong |= {numbers[index] for index in batch.wrong if numbers[index] is not None}

    def write(self, values: dict[str, list[Any]]) -> Sequence[int]:
        """Gather the answers; nothing is written before every row was looked at."""
        verdicts = []
        for index, (number, place) in enumerate(zip(values["number"], values["position"], strict=True)):
            answer = _answer({name: column[index] for name, column in values.items()})
            asked, outcome, before, reason = self._lines[number][place]
            same = (outcome, before, reason) == (answer.outcome, accepted(asked, answer), answer.reason or None)
            if not same:
                self._answers[number][place] = answer
            self._keys[number].append((number, place))
            verdicts.append(UNCHANGED if same else UPDATED)
        return verdicts

    def finish(self) -> dict[Any, Fault]:
        """Take all answers of a demand back of which one row is wrong."""
        return {key: Fault(TOGETHER) for number in self._wrong for key in self._keys.get(number, ())}

    def complete(self, session: Session, source: str, now: datetime) -> None:
        """Record the answers; a demand whose every line has one is answered."""
        del source
        actor = actor_of(session)
        if actor is None:
            raise RuntimeError("answers are recorded by somebody")
        for number, answers in self._answers.items():
            answer_lines(session, find(session, number).id, answers, actor, now)

    def _learn(self, numbers: set[str]) -> None:
        fresh = numbers - self._states.keys()
        self._states.update(dict.fromkeys(fresh))
        ids = {}
        for key, number, state in self.store.existing(RECOVERY, "number", fresh, ("number", "state")):
            self._states[number], ids[key] = state, number
            self._lines[number] = {}
        columns = ("recovery_id", "position", "asked", "outcome", "accepted", "reason")
        for _id, owner, place, asked, outcome, said, reason in self.store.existing(LINE, "recovery_id", ids, columns):
            amount = None if said is None else from_fen(said)
            self._lines[ids[owner]][place] = (from_fen(asked), outcome, amount, reason)

    def _check_row(self, batch: Batch, index: int, number: str, place: int | None) -> None:
        state = self._states[number]
        if state is None:
            batch.refuse(index, "number", Fault(N_("This demand is not known.")))
        elif state != "sent":
            batch.refuse(index, "number", Fault(N_("This demand is not with the supplier; nothing is answered now.")))
        elif place is not None and place not in self._lines[number]:
            batch.refuse(index, "position", Fault(N_("This demand has no such line.")))
        elif place is not None and index not in batch.wrong:
            answer = _answer({name: batch.column(name)[index] for name in ("outcome", "amount", "reason")})
            for fault in faults_of(self._lines[number][place][0], answer, place):
                batch.refuse(index, str(fault.field).partition("-")[0], fault)


def _answer(row: dict[str, Any]) -> Answer:
    amount = row.get("amount")
    return Answer(row["outcome"], None if amount is None else from_fen(amount), row.get("reason") or "")


KIND = ImportKind(
    key="recovery-answers",
    title=N_("Suppliers' answers to demands"),
    fields=(
        Field("number", "追偿单号", "Demand no.", text(40, str.upper), required=True, aliases=("number",),
              example="RV-S001-202611-0001"),
        Field("position", "明细序号", "Line of the demand", memo(whole(1, MOST_LINES)), required=True,
              aliases=("position",), example="1"),
        Field("outcome", "供应商答复", "Answer", memo(_outcome), required=True,
              aliases=("答复", "answer"), example="部分认可"),
        Field("amount", "认可金额", "Accepted amount", memo(parse_amount), aliases=("amount",), example="120.00",
              note=N_("Only where a line is accepted partly.")),
        Field("reason", "供应商说明", "Supplier's reason", text(REASON_CELL), aliases=("不认可原因",),
              example="工时超过协议定额", note=N_("Needed where a line is not accepted wholly.")),
    ),
    natural_key=("number", "position"),
    tables=(LINE,),
    desk=AnswerDesk,
    permission=Permission.RECOVERY_EDIT,
)  # fmt: skip
