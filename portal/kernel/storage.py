"""Files behind four verbs: a folder by default, an S3 bucket by ``STORAGE_URL``."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, current_app
from obstore.exceptions import NotFoundError as MissingError
from obstore.store import LocalStore, ObjectStore, from_url


class Storage:
    """Bytes under keys like ``photos/2026/11/ab12….jpg``."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str, folder: Path) -> Storage:
        """Open the store named by ``url``; the folder when it is empty."""
        if url:
            return cls(from_url(url))
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(str(folder)))

    def put(self, key: str, content: bytes | Path) -> None:
        """Keep bytes, or a file's bytes, under a key, in place of what was there."""
        self._store.put(key, content)

    def get(self, key: str) -> bytes | None:
        """Return the bytes under a key, None where there are none."""
        try:
            return bytes(self._store.get(key).bytes())
        except (MissingError, FileNotFoundError):
            return None

    def delete(self, key: str) -> None:
        """Forget a key; an absent one is fine."""
        try:
            self._store.delete(key)
        except (MissingError, FileNotFoundError):
            return


def init_storage(app: Flask) -> None:
    """Open the app's store."""
    app.extensions["storage"] = Storage.at(app.config.get("STORAGE_URL", ""), Path(app.config["VAR"]) / "files")


def storage() -> Storage:
    """Return the store of the running app."""
    found = current_app.extensions["storage"]
    assert isinstance(found, Storage)  # noqa: S101  (narrows the type for mypy)
    return found
