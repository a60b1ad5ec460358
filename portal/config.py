"""Configuration from the environment. A production configuration has no default secret."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from portal.kernel.clock import utc_now
from portal.kernel.errors import OperatorError

#: The smallest number of characters a secret key may have.
SECRET_LENGTH = 32


def database_url(environment: Mapping[str, str]) -> str:
    """Return the SQLAlchemy URL: ``DATABASE_URL`` with psycopg 3 named, or the embedded SQLite."""
    given = environment.get("DATABASE_URL", "").strip()
    if not given:
        folder = Path(environment.get("SANBAO_VAR", "var")).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder / 'sanbao.sqlite'}"
    for prefix in ("postgresql://", "postgres://"):
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    return given


def from_environment(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read the configuration; refuse to run in production without a secret of its own."""
    environment = os.environ if environment is None else environment
    mode = environment.get("SANBAO_ENV", "production")
    secret = environment.get("SECRET_KEY", "")
    if mode not in {"production", "development"}:
        raise OperatorError("SANBAO_ENV is either production or development.")
    if mode == "development":
        secret = secret or secrets.token_hex(SECRET_LENGTH)
    elif len(secret) < SECRET_LENGTH:
        raise OperatorError(f"Set SECRET_KEY to a random text of at least {SECRET_LENGTH} characters.")
    secure = mode == "production" and environment.get("SANBAO_INSECURE_COOKIES") != "1"
    return {
        "SECRET_KEY": secret,
        "SECRET_KEY_FALLBACKS": [key for key in environment.get("SECRET_KEY_FALLBACKS", "").split() if key],
        "SANBAO_ENV": mode,
        "SQLALCHEMY_DATABASE_URI": database_url(environment),
        "STORAGE_URL": environment.get("STORAGE_URL", ""),
        "VAR": str(Path(environment.get("SANBAO_VAR", "var")).resolve()),
        **fixed(secure=secure),
        "PROXIES": _count(environment, "SANBAO_PROXIES"),
    }


def _count(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name, "0")
    if not (text.isascii() and text.isdigit()):
        raise OperatorError(f"{name} is a number, not {text!r}.")
    return int(text)


def fixed(*, secure: bool) -> dict[str, Any]:
    """Return what every configuration shares."""
    return {
        "CLOCK": utc_now,
        "SESSION_COOKIE_NAME": "__Host-sanbao" if secure else "sanbao",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "PROXIES": 0,  # reverse proxies in front of the portal, whose word about addresses is believed
        "SIGN_IN_RATE": "60 per minute",  # of one address, in one process; the lock-out table is stricter
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session lives: a half-typed order is not lost
        "MAX_CONTENT_LENGTH": 256 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=1),
    }
