"""What a version that begins in the past may not do: take from cars that were sold, parts that were put in."""

from __future__ import annotations

from collections.abc import Iterable

from warranty.coverage.rules.facts import Length

Scope = tuple[str, ...]


def takes_away(scope: Scope, length: Length | None, present: Iterable[tuple[Scope, Length | None]]) -> bool:
    """Tell whether a narrower promise would grant less than one that is there for the same or a wider scope.

    Scopes are of the same words in the same order; an empty word asks nothing. ``length`` None: withdrawn.
    """
    return any(_within(scope, wide) and _shorter(length, granted) for wide, granted in present)


def _within(scope: Scope, wide: Scope) -> bool:
    return all(word in {"", said} for word, said in zip(wide, scope, strict=True))


def _shorter(new: Length | None, old: Length | None) -> bool:
    if old is None:
        return False
    if new is None or new.months < old.months:
        return True
    if new.km is None:
        return False
    return old.km is None or new.km < old.km
