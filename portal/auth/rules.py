"""What a good password is, when a door stays shut, which code counts: pure, without a database."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

MIN_LENGTH = 10
#: Hashing costs by length; nobody types more.
MAX_LENGTH = 128
#: From this length on a password must not even contain the user name.
TELLING_LENGTH = 4

#: The stems that people build long passwords on; digits and signs around a stem make it no better.
COMMON_STEMS = frozenset(
    (
        "password", "passwd", "passw0rd", "p@ssword", "p@ssw0rd", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl",
        "zxcvbnm", "qazwsx", "abc", "abcd", "abcdef", "admin", "administrator", "root", "welcome", "letmein",
        "iloveyou", "monkey", "dragon", "sunshine", "woaini", "woaiwojia", "mima", "sanbao", "baoxiu", "a", "aa",
        "aaa", "q", "w", "z", "x", "qq", "test", "demo", "user", "guest", "login", "changeme", "secret",
    )
)  # fmt: skip

WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
FAILURES_BY_ACCOUNT = 5
FAILURES_BY_ADDRESS = 30

IDLE = timedelta(hours=4)
LONGEST = timedelta(hours=12)

CODE_SECONDS = 30
CODE_DIGITS = 6
RECOVERY_LENGTH = 16


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    USERNAME = "username"
    COMMON = "common"


def weaknesses(password: str, username: str) -> tuple[Weakness, ...]:
    """List everything that is wrong with a new password; empty when it is good."""
    found = []
    if len(password) < MIN_LENGTH:
        found.append(Weakness.SHORT)
    if len(password) > MAX_LENGTH:
        found.append(Weakness.LONG)
    if _tells(password.casefold(), username.casefold()):
        found.append(Weakness.USERNAME)
    if _common(password.casefold()):
        found.append(Weakness.COMMON)
    return tuple(found)


def _tells(password: str, username: str) -> bool:
    return password == username or (len(username) >= TELLING_LENGTH and username in password)


def _common(password: str) -> bool:
    """A stem with digits and signs around it, digits only, or one or two characters repeated."""
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    return not stem or stem in COMMON_STEMS or len(set(password)) <= 2  # noqa: PLR2004  (one or two)


def good_username(username: str) -> bool:
    """Tell whether a user name can be given: 3 to 64 of a–z, 0–9, dot, dash, underscore."""
    return re.fullmatch(r"[a-z0-9][a-z0-9._-]{2,63}", username) is not None


@dataclass(frozen=True)
class Tally:
    """Failed sign-ins of one account or one address, counted from the first of a window."""

    failures: int = 0
    first_at: datetime | None = None
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        """Tell whether the door is shut."""
        return self.locked_until is not None and now < self.locked_until


def after_failure(tally: Tally, now: datetime, limit: int) -> Tally:
    """Count one more failure; the ``limit``-th inside a window shuts the door for `LOCKED_FOR`.

    The time does not grow when it happens again: guessing is down to 20 tries an hour already, and
    a longer lock would let anybody who knows a name keep that person from work. A new window
    begins with the first failure after the old one ended or the door opened again.
    """
    over = tally.first_at is None or now - tally.first_at >= WINDOW or tally.locked_until is not None
    failures = 1 if over else tally.failures + 1
    first_at = now if over else tally.first_at
    return Tally(failures, first_at, now + LOCKED_FOR if failures >= limit else None)


def step_of(now: datetime) -> int:
    """Return the number of the 30 seconds that ``now`` lies in (RFC 6238)."""
    return int(now.timestamp()) // CODE_SECONDS


def window(now: datetime) -> tuple[int, ...]:
    """Return the steps whose codes count now: one to each side forgives a clock that is a little off."""
    step = step_of(now)
    return (step - 1, step, step + 1)


def accepted_step(given: str, codes: Mapping[int, str], last_step: int | None) -> int | None:
    """Return the step whose code was given; None if there is none or it, or a later one, was used before."""
    code = "".join(given.split())
    hits = [step for step, right in codes.items() if hmac.compare_digest(right.encode(), code.encode())]
    fresh = [step for step in hits if last_step is None or step > last_step]
    return min(fresh, default=None)


def recovery_code(typed: str) -> str | None:
    """Return a recovery code as it was typed, without its dashes and spaces; None where it can be none."""
    code = re.sub(r"[\s\-–—]", "", typed).lower()
    return code if len(code) == RECOVERY_LENGTH and code.isascii() and code.isalnum() else None


def session_alive(created_at: datetime, last_seen_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a signed-in browser still is: not ended, not idle for 4 hours, not older than 12."""
    return ended_at is None and now - last_seen_at <= IDLE and now - created_at <= LONGEST


def local_path(target: str | None) -> str | None:
    """Return the path to go back to, or None for anything that could lead out of the portal."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < ord(" ") or ord(letter) == 127 for letter in target):  # noqa: PLR2004  (DEL)
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


_BROWSERS = (("Edg/", "Edge"), ("MicroMessenger", "WeChat"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip  # noqa: E501
_SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip  # noqa: E501


def device(user_agent: str) -> str:
    """Name a browser and its system as a person would, from what the browser says of itself."""
    names = [
        next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)
    ]  # fmt: skip
    return " · ".join(name for name in names if name) or user_agent[:40] or "-"
