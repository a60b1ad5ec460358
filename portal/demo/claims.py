"""What became of the demo network's warranty jobs: claims, versions and headquarters' decisions.

Written in the shape the claims room writes them, for a past that nobody can walk through by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from portal.demo import range as makers
from portal.demo.base import World, utc_text
from portal.demo.visits import Claimable, Visits
from portal.kernel.kept import layer
from warranty.claims.rules.book import RuleBook
from warranty.claims.rules.checks import GENERATION, Finding, Outcome, run
from warranty.claims.rules.facts import Car, ClaimFacts, LineFacts, Station, Visit
from warranty.claims.rules.replay import kept_facts
from warranty.claims.rules.verdict import APPROVED, REFUSED, RETURNED, is_sampled, route, verdict, way
from warranty.claims.services.automatic import NO_PERSON, RULES

AUDITORS = ("程燕清", "周晓东", "林思远")
RETURNS = ("照片看不清故障部位，请补充", "故障原因描述不充分，请写明检测过程", "请补充旧件照片")
REFUSALS = ("客户外力损坏，不属质量问题", "超出保修范围，见保修手册", "改装部位引起，不予索赔")
#: Of what people decide: returned below the first, lowered above the second, refused above the third.
RETURNED_SHARE, WHOLE_SHARE, APPROVED_SHARE = 0.12, 0.82, 0.94
#: What the rules do with a claim that comes out so, and where a decision leads it.
STEPS = {APPROVED: "approve", RETURNED: "return", REFUSED: "refuse"}
TARGETS = {"approve": "approved", "return": "returned", "refuse": "refused", "refer": "in_review"}
#: Claims of so many last days still wait for a person.
NEWEST = 5
CUTS = ("工时按定额核定", "按价格目录核定")
Line = tuple[
    int, str, str, str, int, int, int, int
]  # position, kind, code, name, quantity, unit price, causal, applied


def lines_of(job: Claimable) -> list[Line]:
    """Return the lines of a claim: labour, the part, the handling fee of a tenth; amounts in fen."""
    failure = makers.FAILURES[job.failure]
    part = next(part for part in makers.PARTS if part.number == failure.part)
    labour = (job.hours * job.rate + 50) // 100
    fee = (job.price + 5) // 10
    return [
        (1, "labour", failure.operation, f"更换{part.name_zh}", job.hours, job.rate, 0, labour),
        (2, "part", part.number, part.name_zh, 100, job.price, 1, job.price),
        (3, "handling", "HANDLING", "10%", 100, fee, 0, fee),
    ]


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@dataclass(frozen=True)
class Said:
    """What was decided of a claim: the outcome, when, why, the amounts line by line, and by whom."""

    outcome: str
    at: str
    reason: str | None = None
    audited: list[int] | None = None
    by: str | None = None
    level: int = NO_PERSON


@dataclass
class Course:
    """How far a claim has come."""

    number: str
    created: int
    day: int
    minute: int
    lines: list[Line]
    state: str = "draft"
    version: int = 0
    submitted: str | None = None
    due: str | None = None
    decided: str | None = None
    audited: list[int] | None = None
    by_rules: bool = False


@dataclass
class Claims:
    """Writes claims as time goes on; ``today`` decides what is still waiting, ``book`` what needs no person."""

    world: World
    visits: Visits
    book: RuleBook
    claim_id: int = 0

    def __post_init__(self) -> None:
        self.random = Random(f"{self.world.seed} claims")
        self.ways = Random(f"{self.world.seed} ways of claims")
        self.today = self.world.today.toordinal()
        add = self.visits.loader.table
        self.claims = add(
            "claim", "id", "dealer_id", "number", "version", "order_id", "job_id", "vehicle_id", "vin", "type", "received_at",
            "completed_at", "odometer_km", "concern", "cause", "correction", "component", "failure_mode", "damage_degree",
            "causal_part", "causal_supplier", "applied", "audited", "submitted_at", "decided_at",
            "created_at", "state", "row_version", "by_rules", "sampled", "due_at",
        )  # fmt: skip
        self.lines = add("claim_line", "dealer_id", "claim_id", "position", "kind", "code", "name", "quantity", "unit_price",
                         "causal", "applied", "audited", "decision", "reason_code", "reason")  # fmt: skip
        self.versions = add(
            "claim_version", "dealer_id", "claim_id", "version", "submitted_at", "submitted_by", "applied", "content"
        )
        self.decisions = add("claim_decision", "dealer_id", "claim_id", "version", "level", "outcome", "reason", "decided_by",
                             "user_id", "decided_at", "audited", "lines", "book")  # fmt: skip

    def make(self, job: Claimable) -> None:
        """Write the claim of a job, as far as it has come by today; some clerks take a week."""
        random = self.random
        created = job.completed_day + 1 + int(random.random() ** 2 * 5)
        if created >= self.today:
            return  # the job still waits in the dealer's list
        self.claim_id += 1
        number = self.visits.number("CL", job.station.code, utc_text(created, 600)[:7].replace("-", ""))
        claim = Course(number, created, created, 540 + int(random.random() * 480), lines_of(job))
        fate = random.random()
        if random.random() < 0.95 or created < self.today - 20:
            claim.lines = self._as_submitted(job, claim.lines)
            self._hand_in(job, claim)
            if claim.state in {"submitted", "in_review"}:
                self._look_at(job, claim, fate)
        self._store(job, claim)

    def _hand_in(self, job: Claimable, claim: Course) -> None:
        """Submit a claim, and let the rules say at once what they make of it."""
        clerk, source = job.station.advisors[-1], claim.state
        claim.version += 1
        at = claim.submitted = utc_text(claim.day, claim.minute)
        facts = self._facts(job, claim.lines, claim.day)
        findings = run(facts, self.book.settings)
        went = way(verdict(findings, facts.applied, self.book), facts, self.book)
        content = json.dumps(self._content(job, claim, facts, findings), ensure_ascii=False, default=layer)
        applied = sum(line[7] for line in claim.lines)
        self.versions.append((job.station.id, self.claim_id, claim.version, at, clerk, applied, content))
        self.visits.changes.append(("claim", self.claim_id, "submit", source, "submitted", None, clerk, at))
        claim.state, hours = "submitted", self.book.routing.hours_level_one
        if went == "level_two":
            hours = self.book.routing.hours_level_two
            self._decided(job, claim, Said("refer", at, route(facts, self.book).why, level=1))
        elif went in STEPS:
            step = STEPS[went]
            why = ", ".join(one.reason_code for one in findings if one.outcome in {Outcome.RETURN, Outcome.REFUSE})
            audited = None if step == "return" else self._amounts(claim.lines, step, cut=False)
            self._decided(job, claim, Said(step, at, why or None, audited))
        claim.due = f"{datetime.fromisoformat(at) + timedelta(hours=hours):%Y-%m-%d %H:%M:%S.%f}"

    def _look_at(self, job: Claimable, claim: Course, fate: float) -> None:
        """Let people decide what the rules left to them, if they have come to it by today."""
        self._wait(claim)
        if fate < RETURNED_SHARE and claim.day < self.today:
            at, reason = utc_text(claim.day, claim.minute), RETURNS[self.claim_id % 3]
            self._decided(job, claim, Said("return", at, reason, by=self._auditor(), level=_level(claim)))
            again = claim.day + 1 + int(self.random.random() * 4)
            if again >= self.today:
                return
            claim.day, claim.decided = again, None
            self._hand_in(job, claim)
            self._wait(claim)
        if claim.state in {"submitted", "in_review"} and claim.day < self.today:
            step = "refuse" if fate > APPROVED_SHARE else "approve"
            cut = step == "approve" and fate > WHOLE_SHARE
            at, reason = utc_text(claim.day, claim.minute + 20), REFUSALS[self.claim_id % 3]
            self._decided(job, claim, Said(
                step, at, reason if step == "refuse" else None, self._amounts(claim.lines, step, cut=cut),
                by=self._auditor(), level=_level(claim),
            ))  # fmt: skip

    def _auditor(self) -> str:
        return AUDITORS[self.claim_id % len(AUDITORS)]

    def _wait(self, claim: Course) -> None:
        """Choose when a person decides: the same day, the next morning, some after days; the newest claims still wait."""
        if claim.day >= self.today - NEWEST:
            claim.day = self.today
            return
        days = int(self.ways.random() ** 2 * 6)
        minute = 560 + int(self.ways.random() * 470) if days else claim.minute + 20 + int(self.ways.random() * 60)
        claim.day, claim.minute = claim.day + days, minute

    def _as_submitted(self, job: Claimable, lines: list[Line]) -> list[Line]:
        """Leave the labour out of a few claims, more of them at some stations."""
        if self.ways.random() >= (0.12 if job.station.id % 7 == 3 else 0.01):
            return lines
        return [(place, *line[1:]) for place, line in enumerate(lines[1:], start=1)]

    @staticmethod
    def _amounts(lines: list[Line], step: str, *, cut: bool) -> list[int]:
        if step == "refuse":
            return [0 for _line in lines]
        return [line[7] * 4 // 5 if cut and line[1] == "labour" else line[7] for line in lines]

    def _content(
        self, job: Claimable, claim: Course, facts: ClaimFacts, findings: tuple[Finding, ...]
    ) -> dict[str, Any]:
        """Return what a version keeps of a claim."""
        failure = makers.FAILURES[job.failure]
        return {
            "claim": {
                "number": claim.number, "type": "repair", "vin": job.car.vin, "received_at": _iso(job.received),
                "completed_at": _iso(job.completed), "odometer_km": job.odometer_km, "concern": failure.concern,
                "cause": failure.cause, "correction": failure.correction, "component": failure.component,
                "failure_mode": failure.mode, "damage_place": None, "damage_degree": "medium", "causal_part": failure.part,
                "causal_supplier": self._supplier(failure.part),
                "pre_authorisation": None, "campaign": None, "order_number": job.number,
            },
            "lines": [
                {"position": p, "kind": kind, "code": code, "name": name, "quantity": _yuan(quantity),
                 "unit_price": _yuan(unit), "causal": bool(causal), "applied": _yuan(amount)}
                for p, kind, code, name, quantity, unit, causal, amount in claim.lines
            ],
            "findings": [finding.as_json() for finding in findings],
            "book": self.book.version, "generation": GENERATION, "facts": kept_facts(facts),
        }  # fmt: skip

    def _facts(self, job: Claimable, lines: list[Line], day: int) -> ClaimFacts:
        """Return what the checks read of a claim on the day it was submitted; its car's past is left out."""
        failure, received = makers.FAILURES[job.failure], date.fromisoformat(job.received[:10])
        begins = date.fromordinal(job.car.sold)
        return ClaimFacts(
            date.fromordinal(day), "repair", failure.concern, failure.cause, failure.correction, failure.component,
            failure.part, Car(job.car.vin, True, makers.MODELS[job.car.model].code, begins),
            Station("open", job.station.grade),
            Visit("general", "completed", received, date.fromisoformat(job.completed[:10]), job.odometer_km),
            tuple(
                LineFacts(p, kind, code, Decimal(_yuan(quantity)), Decimal(_yuan(amount)), bool(causal))
                for p, kind, code, _name, quantity, _unit, causal, amount in lines
            ),
            self.book.limits,
        )  # fmt: skip

    def _decided(self, job: Claimable, claim: Course, said: Said) -> None:
        """Write a decision and the step that it takes; without ``by`` it is the rules' own."""
        book = self.book.version if said.by is None else None
        judged = [
            {"position": line[0], "decision": _decision(line[7], amount), "audited": _yuan(amount), "reason": None,
             "reason_code": None}
            for line, amount in zip(claim.lines, said.audited or [], strict=False)
        ]  # fmt: skip
        self.decisions.append((
            job.station.id, self.claim_id, claim.version, said.level, said.outcome, said.reason, said.by or RULES.name, None,
            said.at, None if said.audited is None else sum(said.audited), json.dumps(judged), book,
        ))  # fmt: skip
        source, claim.state = claim.state, TARGETS[said.outcome]
        self.visits.changes.append(
            ("claim", self.claim_id, said.outcome, source, claim.state, None, said.by or RULES.name, said.at)
        )
        if said.outcome != "refer":
            claim.decided, claim.audited, claim.by_rules = said.at, said.audited, said.by is None

    def _store(self, job: Claimable, claim: Course) -> None:
        failure, at, audited = makers.FAILURES[job.failure], utc_text(claim.created, 530), claim.audited
        sampled = claim.by_rules and claim.state == "approved" and is_sampled(claim.number, claim.version, self.book)
        self.claims.append((
            self.claim_id, job.station.id, claim.number, claim.version, job.order_id, job.job_id, job.car.id, job.car.vin,
            "repair", job.received, job.completed, job.odometer_km, failure.concern, failure.cause, failure.correction,
            failure.component, failure.mode, "medium", failure.part, self._supplier(failure.part),
            sum(line[7] for line in claim.lines), None if audited is None else sum(audited), claim.submitted, claim.decided,
            at, claim.state, claim.version * 2 + 1, int(claim.by_rules), int(sampled), claim.due,
        ))  # fmt: skip
        for place, (position, kind, code, name, quantity, unit, causal, applied) in enumerate(claim.lines):
            amount = audited[place] if audited is not None else None
            decision = None if amount is None else _decision(applied, amount)
            reason = CUTS[self.claim_id % 2] if decision == "adjusted" else None
            self.lines.append((
                job.station.id, self.claim_id, position, kind, code, name, quantity, unit, causal, applied, amount, decision,
                "hours" if reason else None, reason,
            ))  # fmt: skip

    @staticmethod
    def _supplier(number: str) -> str:
        return SUPPLIERS[number]


SUPPLIERS = {part.number: part.supplier for part in makers.PARTS}


def _decision(applied: int, audited: int) -> str:
    if audited == applied:
        return "approved"
    return "adjusted" if audited else "refused"


def _level(claim: Course) -> int:
    return 2 if claim.state == "in_review" else 1


def _iso(moment: str) -> str:
    return moment.replace(" ", "T").replace(".000000", "") + "+00:00"
