"""Bootstrap's icons, drawn in the page."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from markupsafe import Markup


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    """Take one drawing out of the sprite that Bootstrap-Flask brings along (a megabyte: not for phones)."""
    sprite = files("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"
    text = sprite.read_text(encoding="utf-8")
    start = text.find(f' id="{name}">')
    if start < 0:
        return _drawing("circle")
    return text[text.index(">", start) + 1 : text.index("</symbol>", start)]


@lru_cache(maxsize=512)
def icon(name: str, label: str | None = None) -> Markup:
    """Return a Bootstrap icon; without a label it is decoration. An unknown name is a circle."""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    frame = Markup('<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="currentColor" {}>{}</svg>')
    return frame.format(said, Markup(_drawing(name)))  # noqa: S704  (the library's own drawing)
