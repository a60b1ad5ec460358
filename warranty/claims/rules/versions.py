"""What changed from one version of a claim to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Content = Mapping[str, Any]
LINE_FIELDS = ("quantity", "unit_price", "applied")


@dataclass(frozen=True)
class Difference:
    """A field that changed; with ``code``, of the line of that code. None: the line was not there."""

    field: str
    old: str | None
    new: str | None
    code: str | None = None


def differences(old: Content, new: Content) -> tuple[Difference, ...]:
    """Compare two versions: header fields first, then lines by what they are for."""
    changed = [
        Difference(name, _text(value), _text(new["claim"].get(name)))
        for name, value in old["claim"].items()
        if value != new["claim"].get(name)
    ]
    before, after = _by_code(old), _by_code(new)
    for key in dict.fromkeys((*before, *after)):
        changed += _line(key[1], before.get(key), after.get(key))
    return tuple(changed)


def _line(code: str, old: Content | None, new: Content | None) -> list[Difference]:
    if old is None or new is None:
        gone, came = (old or {}).get("applied"), (new or {}).get("applied")
        return [Difference("line", gone, came, code)]
    return [Difference(name, old[name], new[name], code) for name in LINE_FIELDS if old[name] != new[name]]


def _by_code(content: Content) -> dict[tuple[str, str, int], Content]:
    """Key the lines by kind, code and how often that code came before."""
    found: dict[tuple[str, str, int], Content] = {}
    for line in content["lines"]:
        count = sum(1 for key in found if key[:2] == (line["kind"], line["code"]))
        found[line["kind"], line["code"], count] = line
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
