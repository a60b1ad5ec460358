"""A dataclass becomes HTML, the HTML becomes PDF. For job workers only: never in a web request.

Nothing is fetched while rendering: the only addresses a paper may name are ``data:`` ones. Whole
Noto Sans CJK fonts are used, because split web fonts lose characters without a word.
"""

from __future__ import annotations

import base64
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import segno
from flask import render_template

from portal.kernel.room import Paper

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

STYLES = Path(__file__).with_name("paper.css")


def to_pdf(paper: Paper, content: Any, made_at: datetime) -> bytes:
    """Render a paper's content as PDF bytes; ``made_at`` stands in the foot of every page."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    # A paper that names an address outside itself is a fault of ours: it must fail, not print a gap.
    fetcher = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    html = render_template(paper.template, paper=content, made_at=made_at, qr=qr_code)
    styles, fonts = _styles()
    with _without_collector():
        document = HTML(string=html, url_fetcher=fetcher)
        return bytes(document.write_pdf(stylesheets=[styles], font_config=fonts))


def qr_code(text: str) -> str:
    """Return a QR code of an ASCII text as a ``data:`` address of an SVG image."""
    if not text.isascii():
        raise ValueError("a QR code on a paper holds ASCII only")
    buffer = BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="svg", border=0, xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache
def _styles() -> tuple[CSS, FontConfiguration]:
    """Parse the style sheet once a worker."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    return CSS(filename=str(STYLES), font_config=fonts), fonts


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the collector still while boxes are laid out: it costs a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
