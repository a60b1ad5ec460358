"""What a tried rule book comes to over many claims: added up one claim at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from portal.kernel.money import ZERO
from warranty.claims.rules.replay import Replayed


class Change(NamedTuple):
    """A claim that goes otherwise, or is paid otherwise."""

    claim_id: int
    number: str
    dealer_id: int
    replayed: Replayed


class Share(NamedTuple):
    """Claims and yuan: how many, how many of them go otherwise, what the rules approve before and after."""

    claims: int = 0
    changed: int = 0
    before: Decimal = ZERO
    after: Decimal = ZERO

    def plus(self, one: Replayed) -> Share:
        """Add a claim."""
        return Share(
            self.claims + 1, self.changed + one.changed, self.before + one.paid_before, self.after + one.paid_after
        )


@dataclass
class Tally:
    """The figures of a trial, growing."""

    whole: Share = field(default_factory=Share)
    unknown: int = 0  # submitted before facts were kept
    moves: dict[tuple[str, str], Share] = field(default_factory=lambda: defaultdict(Share))
    dealers: dict[int, Share] = field(default_factory=lambda: defaultdict(Share))
    before: Counter[str] = field(default_factory=Counter)  # findings by check
    after: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)

    def add(self, claim_id: int, number: str, dealer_id: int, one: Replayed | None) -> None:
        """Add one submission as it was judged; None: its facts were not kept."""
        if one is None:
            self.unknown += 1
            return
        self.whole = self.whole.plus(one)
        self.moves[one.before, one.after] = self.moves[one.before, one.after].plus(one)
        self.dealers[dealer_id] = self.dealers[dealer_id].plus(one)
        self.before.update(set(one.found_before))
        self.after.update(set(one.found_after))
        if one.changed:
            self.changes.append(Change(claim_id, number, dealer_id, one))
