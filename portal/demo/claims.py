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
from warranty.claims.rules.book import FIRST_BOOK
from warranty.claims.rules.checks import run
from warranty.claims.rules.facts import Car, ClaimFacts, LineFacts, Station, Visit
from warranty.claims.rules.replay import kept_facts

AUDITORS = ("程燕清", "周晓东", "林思远")
RETURNS = ("照片看不清故障部位，请补充", "故障原因描述不充分，请写明检测过程", "请补充旧件照片")
REFUSALS = ("客户外力损坏，不属质量问题", "超出保修范围，见保修手册", "改装部位引起，不予索赔")
REFERRAL = "金额较大，请二级审核"
NO_PERSON = 0
#: Claims of so many last days still wait for a person.
NEWEST = 2
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


@dataclass
class Claims:
    """Writes claims as time goes on; ``today`` decides what is still waiting."""

    world: World
    visits: Visits
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
                             "user_id", "decided_at", "audited", "lines")  # fmt: skip

    def make(self, job: Claimable) -> None:
        """Write the claim of a job, as far as it has come by today; some clerks take a week."""
        random = self.random
        created = job.completed_day + 1 + int(random.random() ** 2 * 5)
        if created >= self.today:
            return  # the job still waits in the dealer's list
        self.claim_id += 1
        lines, clerk = lines_of(job), job.station.advisors[-1]
        number = self.visits.number("CL", job.station.code, self._month(created))
        day, minute = created, 540 + int(random.random() * 480)
        by_rules = False
        fate, state, decided, audited, version, level = random.random(), "draft", None, None, 0, self._level()
        if random.random() < 0.95 or created < self.today - 20:
            version, state, lines = 1, "submitted", self._as_submitted(job, lines)
            self._submitted(job, number, lines, clerk, version, day, minute)
            by_rules = level == NO_PERSON and 0.06 <= fate <= 0.9 and day < self.today - NEWEST
            day, minute = (day, minute - 20) if by_rules else self._looked_at(day, minute)
            if fate < 0.06 and day < self.today:
                state, decided = "returned", utc_text(day, minute)
                self._decided(job, lines, version, "return", decided, RETURNS[self.claim_id % 3], None, 1)
                again = day + 1 + int(random.random() * 4)
                if again < self.today:
                    version, state, day, decided = 2, "submitted", again, None
                    self._submitted(job, number, lines, clerk, version, day, minute, source="returned")
                    day, minute = self._looked_at(day, minute)
            if state == "submitted" and day < self.today:
                state = "refused" if fate > 0.97 else "approved"
                cut = state == "approved" and 0.9 < fate < 0.95
                audited = self._amounts(lines, state, cut=cut)
                decided = utc_text(day, minute + 20)
                reason = REFUSALS[self.claim_id % 3] if state == "refused" else None
                outcome, level = "refuse" if reason else "approve", level if by_rules else level or 1
                self._decided(job, lines, version, outcome, decided, reason, audited, level)
        self._store(
            job, number, lines, (state, version, created, decided, audited), by_rules=by_rules and decided is not None
        )

    def _level(self) -> int:
        """Choose who decides: the rules in half of the cases, the second level in a few."""
        dice = self.ways.random()
        return NO_PERSON if dice < 0.55 else 2 if dice > 0.95 else 1

    def _looked_at(self, day: int, minute: int) -> tuple[int, int]:
        """Choose when a person decides: the same day, the next morning, some after days; the newest claims still wait."""
        if day >= self.today - NEWEST:
            return self.today, minute
        wait = int(self.ways.random() ** 2 * 6)
        return day + wait, 560 + int(self.ways.random() * 470) if wait else minute + 20 + int(self.ways.random() * 60)

    def _as_submitted(self, job: Claimable, lines: list[Line]) -> list[Line]:
        """Leave the labour out of a few claims, more of them at some stations."""
        if self.ways.random() >= (0.12 if job.station.id % 7 == 3 else 0.01):
            return lines
        return [(place, *line[1:]) for place, line in enumerate(lines[1:], start=1)]

    @staticmethod
    def _amounts(lines: list[Line], state: str, *, cut: bool) -> list[int]:
        if state == "refused":
            return [0 for _line in lines]
        return [line[7] * 4 // 5 if cut and line[1] == "labour" else line[7] for line in lines]

    def _month(self, day: int) -> str:
        return utc_text(day, 600)[:7].replace("-", "")

    def _submitted(
        self,
        job: Claimable,
        number: str,
        lines: list[Line],
        clerk: str,
        version: int,
        day: int,
        minute: int,
        source: str = "draft",
    ) -> None:
        at, applied = utc_text(day, minute), sum(line[7] for line in lines)
        content = json.dumps(self._content(job, number, lines, day), ensure_ascii=False, default=layer)
        self.versions.append((job.station.id, self.claim_id, version, at, clerk, applied, content))
        self.visits.changes.append(("claim", self.claim_id, "submit", source, "submitted", None, clerk, at))

    def _content(self, job: Claimable, number: str, lines: list[Line], day: int) -> dict[str, Any]:
        """Return what a version keeps of a claim submitted on a day."""
        failure, facts = makers.FAILURES[job.failure], self._facts(job, lines, day)
        return {
            "claim": {
                "number": number, "type": "repair", "vin": job.car.vin, "received_at": _iso(job.received),
                "completed_at": _iso(job.completed), "odometer_km": job.odometer_km, "concern": failure.concern,
                "cause": failure.cause, "correction": failure.correction, "component": failure.component,
                "failure_mode": failure.mode, "damage_place": None, "damage_degree": "medium", "causal_part": failure.part,
                "causal_supplier": self._supplier(failure.part),
                "pre_authorisation": None, "campaign": None, "order_number": job.number,
            },
            "lines": [
                {"position": p, "kind": kind, "code": code, "name": name, "quantity": _yuan(quantity),
                 "unit_price": _yuan(unit), "causal": bool(causal), "applied": _yuan(amount)}
                for p, kind, code, name, quantity, unit, causal, amount in lines
            ],
            "findings": [finding.as_json() for finding in run(facts)],
            "book": FIRST_BOOK.version,
            "facts": kept_facts(facts),
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
            FIRST_BOOK.limits,
        )  # fmt: skip

    def _decided(
        self,
        job: Claimable,
        lines: list[Line],
        version: int,
        outcome: str,
        at: str,
        reason: str | None,
        audited: list[int] | None,
        level: int,
    ) -> None:
        target = {"approve": "approved", "return": "returned", "refuse": "refused"}[outcome]
        auditor = AUDITORS[self.claim_id % len(AUDITORS)] if level else "rules"
        source = "submitted" if level < 2 else self._referred(job, version, at)
        judged = [
            {
                "position": line[0],
                "decision": _decision(line[7], amount),
                "audited": _yuan(amount),
                "reason": None,
                "reason_code": None,
            }
            for line, amount in zip(lines, audited or [], strict=False)
        ]
        self.decisions.append((
            job.station.id, self.claim_id, version, level, outcome, reason, auditor, None, at,
            None if audited is None else sum(audited), json.dumps(judged),
        ))  # fmt: skip
        self.visits.changes.append(("claim", self.claim_id, outcome, source, target, None, auditor, at))

    def _referred(self, job: Claimable, version: int, at: str) -> str:
        """Pass the claim to the second level, which decides a moment later."""
        auditor = AUDITORS[(self.claim_id + 1) % len(AUDITORS)]
        self.decisions.append(
            (job.station.id, self.claim_id, version, 1, "refer", REFERRAL, auditor, None, at, None, "[]")
        )
        self.visits.changes.append(("claim", self.claim_id, "refer", "submitted", "in_review", None, auditor, at))
        return "in_review"

    def _store(
        self,
        job: Claimable,
        number: str,
        lines: list[Line],
        fate: tuple[str, int, int, str | None, list[int] | None],
        *,
        by_rules: bool,
    ) -> None:
        state, version, created, decided, audited = fate
        failure, at = makers.FAILURES[job.failure], utc_text(created, 530)
        submitted = (
            next((row[3] for row in reversed(self.versions) if row[1] == self.claim_id), None) if version else None
        )
        self.claims.append((
            self.claim_id, job.station.id, number, version, job.order_id, job.job_id, job.car.id, job.car.vin, "repair",
            job.received, job.completed, job.odometer_km, failure.concern, failure.cause, failure.correction,
            failure.component, failure.mode, "medium", failure.part, self._supplier(failure.part),
            sum(line[7] for line in lines), None if audited is None else sum(audited), submitted, decided, at, state,
            version * 2 + 1, int(by_rules), 0, None if submitted is None else _day_later(submitted),
        ))  # fmt: skip
        for place, (position, kind, code, name, quantity, unit, causal, applied) in enumerate(lines):
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


def _iso(moment: str) -> str:
    return moment.replace(" ", "T").replace(".000000", "") + "+00:00"


def _day_later(moment: str) -> str:
    """Return when a claim submitted at a moment ought to be decided."""
    return f"{datetime.fromisoformat(moment) + timedelta(days=1):%Y-%m-%d %H:%M:%S.%f}"
