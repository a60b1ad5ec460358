"""What a label's code holds: the old part's number and a check, in ASCII. Pure.

The text under the code is the same but for the prefix, so that a torn code can be typed and is checked
all the same. Four characters of the check catch what a scanner or a hand makes of a number in all but
one of a million cases.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zlib import crc32

#: Tells our labels from the codes that makers print on their parts.
PREFIX = "SBOP:"
CHECK_LENGTH = 4
_SHAPE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+")


class LabelError(ValueError):
    """The text is no label: ``foreign`` is another code, ``torn`` one of ours that is damaged or mistyped."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def number_of(claim_number: str, line: int) -> str:
    """Return the number of an old part: its claim's, and the line."""
    return f"{claim_number}-{line}"


def check_of(number: str) -> str:
    """Return the check of a number."""
    return b32encode(crc32(number.encode()).to_bytes(4, "big"))[:CHECK_LENGTH].decode()


def printed(number: str) -> str:
    """Return what stands under the code, to be typed when it is torn."""
    return f"{number}-{check_of(number)}"


def payload(number: str) -> str:
    """Return what the code holds."""
    return PREFIX + printed(number)


def read(text: str) -> str:
    """Return the number of the old part whose label was scanned or typed; raise `LabelError` for anything else."""
    cleaned = text.strip().upper()
    ours = cleaned.startswith(PREFIX)
    cleaned = cleaned.removeprefix(PREFIX)
    number, _dash, check = cleaned.rpartition("-")
    if not _SHAPE.fullmatch(number):
        raise LabelError("torn" if ours else "foreign")
    if check != check_of(number):
        raise LabelError("torn")
    return number


@dataclass(frozen=True)
class Count:
    """What counting a box came to: numbers that its list has and the box has not, and the other way round."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Tell whether the box holds what its list says."""
        return not self.missing and not self.extra


def count(listed: Collection[str], found: Iterable[str]) -> Count:
    """Compare a box's list with the labels that were found in it; a label scanned twice counts once."""
    seen = set(found)
    return Count(tuple(sorted(set(listed) - seen)), tuple(sorted(seen - set(listed))))
