"""What a new policy may not do: take from cars that were sold already."""

from __future__ import annotations

from collections.abc import Iterable

from warranty.coverage.rules.facts import Policy


def promises_less(new: Policy, present: Iterable[Policy]) -> bool:
    """Tell whether a narrower policy would grant less than one that is there for wider or the same scope."""
    return any(_within(new, old) and _shorter(new, old) for old in present)


def _within(new: Policy, old: Policy) -> bool:
    """Tell whether all that the new one is about is the old one's too, as far as their words say."""
    return all(word in {"", said} for word, said in zip(old.scope, new.scope, strict=True))


def _shorter(new: Policy, old: Policy) -> bool:
    if old.length is None:
        return False
    if new.length is None or new.length.months < old.length.months:
        return True
    if new.length.km is None:
        return False
    return old.length.km is None or new.length.km < old.length.km
