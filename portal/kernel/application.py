"""Flask as the portal uses it, without what it would work out anew for every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer


class Signer(TimestampSigner):
    """Signs as itsdangerous does, and derives the key that it signs with once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._derived: dict[object, bytes] = {}

    def derive_key(self, secret_key: Any = None) -> bytes:
        """Return the key for signatures that belongs to a secret key."""
        if secret_key not in self._derived:
            self._derived[secret_key] = super().derive_key(secret_key)
        return self._derived[secret_key]


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, as Flask's own; what signs them is made once for a key."""

    def __init__(self) -> None:
        self._made: tuple[object, URLSafeTimedSerializer | None] = (None, None)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs and reads the cookie."""
        keys = (app.secret_key, app.config["SECRET_KEY_FALLBACKS"])
        if self._made[0] != keys:
            made = super().get_signing_serializer(app)
            if made is not None:
                made.signer = Signer
                signer = made.make_signer()
                made.make_signer = lambda _salt=None: signer  # type: ignore[assignment, method-assign]
            self._made = (keys, made)
        return self._made[1]


class Portal(Flask):
    """An app whose views and hooks are plain functions, so that none is asked whether it is a coroutine."""

    session_interface = Sessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func
