"""Secrets of authenticator apps as the database keeps them: sealed with a key that only the portal has.

The key is derived from ``SECRET_KEY``; those of ``SECRET_KEY_FALLBACKS`` still open what they sealed.
A row from before sealing is in the clear: it is read as it is, and sealed when it is next used.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

#: What a sealed value begins with; a secret in base 32 has no colon.
MARK = "fernet:"
PURPOSE = b"sanbao: secrets of authenticator apps"


def seal(secret: str) -> str:
    """Return what is kept of a secret."""
    return MARK + _box().encrypt(secret.encode()).decode()


def unseal(kept: str | None) -> str | None:
    """Return the secret; None where there is none, or where no key of today's opens it."""
    if kept is None or not kept.startswith(MARK):
        return kept or None
    try:
        return _box().decrypt(kept.removeprefix(MARK)).decode()
    except InvalidToken:
        current_app.logger.warning("the secret of a second factor was sealed with another SECRET_KEY")
        return None


def fresh(kept: str) -> bool:
    """Tell whether a value is sealed with the key of now, the first."""
    if not kept.startswith(MARK):
        return False
    try:
        _fernet(current_app.config["SECRET_KEY"]).decrypt(kept.removeprefix(MARK))
    except InvalidToken:
        return False
    return True


def _box() -> MultiFernet:
    keys: Sequence[str] = (current_app.config["SECRET_KEY"], *(current_app.config.get("SECRET_KEY_FALLBACKS") or ()))
    return MultiFernet([_fernet(key) for key in keys])


@lru_cache(maxsize=8)
def _fernet(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
