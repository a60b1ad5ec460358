"""Passwords as the database keeps them: argon2id, one cost for known and unknown people."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: The library's recommended parameters (RFC 9106, low memory); old hashes are renewed at sign-in.
HASHER = PasswordHasher()
#: No 0/O, 1/l/i: a first password is read out on the telephone.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Tell whether it is the password; for an unknown person (None) it takes the same time."""
    try:
        HASHER.verify(kept or decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


@cache
def decoy() -> str:
    """Return a hash that no password fits, made with today's parameters."""
    return HASHER.hash(secrets.token_hex(32))


def first_password() -> str:
    """Return a random first password, like ``k7mp-2xqa-w9hd``: 59 bits, shown once."""
    letters = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))
