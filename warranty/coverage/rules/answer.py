"""The answer: covered or not, by what, until when, and every source that was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from warranty.coverage.rules.facts import Question, Until
from warranty.guarantee.rules.facts import Text

#: In the order in which they are looked at.
SOURCES = ("law", "policy", "part", "contract", "goodwill")
#: Who is asked first: the maker's duty in its three forms, then what was bought, then what is given.
RANKS = {"law": 0, "policy": 0, "part": 0, "contract": 1, "goodwill": 2}
HOLDS = "holds"
#: A period that is over.
ENDED = ("time_over", "km_over", "both_over", "cancelled")
#: A period that speaks of the question, whether it holds or not.
SPEAKS = (HOLDS, *ENDED, "not_begun")
#: Why a source has no period to go by.
SILENT = (
    "not_sold",  # no sale on record, so nothing has begun
    "not_protected",  # no order of the law protects such a car
    "taken_back",  # only what parties agreed (Art. 33)
    "none",  # there is no such source for the car
    "withdrawn",  # the maker ended this policy for cars sold since
    "narrower",  # another policy is about just this
    "no_part",  # no part number was asked
    "not_replaced",  # the part is the car's first one
    "other_component",
    "wear_part",  # a contract without wear parts
)
VERDICTS = (*SPEAKS, *SILENT)


#: The end of what never began.
NEVER = Until(date.min, 0)


@dataclass(frozen=True, slots=True)
class Link:
    """One source that was looked at. ``name`` says which one; one that `speaks` has its period."""

    source: str
    verdict: str
    name: Text
    begins: date = date.min
    until: Until = NEVER

    @property
    def holds(self) -> bool:
        """Tell whether it covers what was asked."""
        return self.verdict == HOLDS

    @property
    def speaks(self) -> bool:
        """Tell whether it has a period for what was asked."""
        return self.verdict in SPEAKS


@dataclass(frozen=True, slots=True)
class Answer:
    """Is this covered, by what, until when: with its chain of reasons, in the order of `SOURCES`."""

    question: Question
    chain: tuple[Link, ...]

    @property
    def holding(self) -> tuple[Link, ...]:
        """The sources that cover it, who is asked first in front; of equals the one that lasts longest."""
        return _by_rank(link for link in self.chain if link.holds)

    @property
    def source(self) -> Link | None:
        """The source that covers it; None: nothing does."""
        return next(iter(self.holding), None)

    @property
    def covered(self) -> bool:
        """Tell whether anything covers it."""
        return self.source is not None

    @property
    def until(self) -> Until | None:
        """Until when the source covers it."""
        return None if self.source is None else self.source.until

    @property
    def afterwards(self) -> tuple[Link, ...]:
        """Other sources that cover it now and end later than the one asked first."""
        return tuple(link for link in self.holding[1:] if link.until.rank > self.holding[0].until.rank)

    @property
    def lasts(self) -> Until | None:
        """The latest end of all that covers it now."""
        return max((link.until for link in self.holding), key=lambda until: until.rank, default=None)

    @property
    def ended(self) -> Link | None:
        """The source that covered it longest, where none does any more."""
        return (
            None if self.covered else next(iter(_by_rank(link for link in self.chain if link.verdict in ENDED)), None)
        )

    @property
    def defined(self) -> bool:
        """Tell whether any source speaks of it at all, be its period over or yet to begin."""
        return any(link.speaks for link in self.chain)


def _by_rank(links: Iterable[Link]) -> tuple[Link, ...]:
    """Sort by rank, then the later end first; equals stay in the order of the chain."""
    later_first = sorted(links, key=lambda link: link.until.rank, reverse=True)
    return tuple(sorted(later_first, key=lambda link: RANKS[link.source]))
