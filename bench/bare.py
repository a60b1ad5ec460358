"""The measure of pages: a Flask page that does nothing."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def nothing() -> str:
    """Return a short page."""
    return "<!DOCTYPE html><title>bare</title><p>bare"
