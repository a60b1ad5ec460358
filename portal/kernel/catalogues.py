"""Keep the catalogues: ``python -m portal.kernel.catalogues update|check|compile``.

A wing's words are those of its Python files and of its folder in ``templates/``. ``layouts/``,
``components/`` and ``documents/`` belong to the portal. English is written as the message id, so
its catalogue repeats it; Chinese is written by hand.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from portal.kernel.i18n import LOCALES, ROOT, WINGS

KEYWORDS = {"_": None, "N_": None, "lazy": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def sources(wing: str) -> list[Path]:
    """Return the folders a wing's words come from."""
    folders = [ROOT / wing, ROOT / "templates" / wing]
    if wing == "portal":
        folders += [ROOT / "templates" / name for name in ("layouts", "components", "documents", "errors")]
    return [folder for folder in folders if folder.is_dir()]


def extract(wing: str, folders: Sequence[Path] = ()) -> Catalog:
    """Collect a wing's messages from its code and templates, or those of some folders of it."""
    template = Catalog(project="sanbao", fuzzy=False)
    for folder in folders or sources(wing):
        found = extract_from_dir(
            str(folder), [("**.py", "python"), ("**.html", "jinja2")],
            options_map={"**.html": {"silent": "false"}}, keywords=KEYWORDS,
            directory_filter=lambda path: Path(path).name not in {"translations", "migrations", "static"},
        )  # fmt: skip
        for _file, _line, message, _comments, context in found:
            if message and message != "":
                template.add(message, context=context)
    return template


def path_of(wing: str, locale: str) -> Path:
    """Return where a wing's catalogue of a language is kept."""
    return ROOT / wing / "translations" / locale / "LC_MESSAGES" / "messages.po"


def load(wing: str, locale: str) -> Catalog:
    """Read a catalogue; an absent one is empty."""
    path = path_of(wing, locale)
    if not path.exists():
        return Catalog(locale=locale, project="sanbao", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(wing: str, locale: str) -> Catalog:
    """Bring a catalogue up to date: new messages in, unused ones out, nothing guessed."""
    known, fresh = load(wing, locale), Catalog(locale=locale, project="sanbao", fuzzy=False)
    for message in extract(wing):
        if not message.id:
            continue
        present = known.get(message.id, context=message.context)
        words = present.string if present else ""
        if locale == "en" and not any(words or ()):
            words = message.id
        fresh.add(message.id, words, context=message.context)
    return fresh


def missing(wing: str, locale: str) -> list[str]:
    """List messages that a catalogue lacks."""
    known = load(wing, locale)
    lacking = []
    for message in extract(wing):
        if not message.id:
            continue
        present = known.get(message.id, context=message.context)
        words = present.string if present else ""
        if not words or (isinstance(words, list | tuple) and not all(words)):
            lacking.append(str(message.id))
    return lacking


def save(wing: str, locale: str, catalogue: Catalog) -> None:
    """Write a catalogue sorted and without places or dates, so that branches merge."""
    buffer = BytesIO()
    write_po(buffer, catalogue, sort_output=True, no_location=True, omit_header=False, width=100)
    lines = [line for line in buffer.getvalue().splitlines() if not line.startswith((b'"POT-C', b'"PO-R', b'"Gener'))]
    path_of(wing, locale).parent.mkdir(parents=True, exist_ok=True)
    path_of(wing, locale).write_bytes(b"\n".join(lines) + b"\n")


def compile_all() -> None:
    """Write the ``.mo`` files that Flask-Babel reads; each whole or as it was: a portal may be starting."""
    for wing in WINGS:
        for locale in LOCALES:
            if path_of(wing, locale).exists():
                fresh = path_of(wing, locale).with_suffix(f".{os.getpid()}")
                with fresh.open("wb") as file:
                    write_mo(file, load(wing, locale))
                fresh.replace(fresh.with_suffix(".mo"))


def main(argv: list[str]) -> int:
    """Run one of the three tasks."""
    task = argv[1] if len(argv) > 1 else ""
    if task == "update":
        for wing in WINGS:
            for locale in LOCALES:
                save(wing, locale, update(wing, locale))
    elif task not in {"check", "compile"}:
        sys.stderr.write("usage: python -m portal.kernel.catalogues update|check|compile\n")
        return 2
    compile_all()
    if task == "compile":
        return 0
    lacking = [(wing, locale, text) for wing in WINGS for locale in LOCALES for text in missing(wing, locale)]
    for wing, locale, text in lacking:
        sys.stdout.write(f"{wing} {locale}: {text}\n")
    return 1 if lacking and task == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
