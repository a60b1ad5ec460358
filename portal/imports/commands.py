"""``sanbao import`` and ``sanbao template``: lists in, from the command line."""

from __future__ import annotations

import getpass
import json
import sqlite3
from pathlib import Path

import click
import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.imports.kinds import MODULES, kind_of
from portal.imports.queries import mapping_named, mappings_of
from portal.kernel.access import Actor
from portal.kernel.db import db
from portal.kernel.errors import DomainError, OperatorError
from portal.kernel.i18n import force_locale, say
from portal.kernel.importing.kinds import ImportKind
from portal.kernel.importing.mapping import ColumnMapping, from_plain, mapped
from portal.kernel.importing.reading import open_source
from portal.kernel.importing.report import sentence, write_template
from portal.kernel.importing.run import Result, run_import
from portal.kernel.scoping import HeadOfficeScope, enter, leave

_DATABASE = (SQLAlchemyError, sqlite3.Error, psycopg.Error)
_KINDS = ", ".join(MODULES)


@click.group("import", invoke_without_command=False, subcommand_metavar="KIND FILE | template KIND FILE")
def import_() -> None:
    """Import a list: CSV (UTF-8 or GB18030; comma, semicolon or tab) or Excel (.xlsx).

    Every row is created, updated, left unchanged or rejected. Rejected rows go to an error workbook
    with row, column, value and reason; mend them there and import the workbook again. An empty cell
    changes nothing. Importing the same list again changes nothing.

    The exit status is 0 when the list was imported, also when rows were rejected (the counts say
    so), and 2 when it was not: no such file, unknown kind, unreadable, or a required column missing.
    Nothing is ever half imported.
    """


def _command(key: str) -> click.Command:
    @click.command(key, help=f"Import {key.replace('-', ' ')} from FILE. See `sanbao import --help`.")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--json", "as_json", is_flag=True, help="Print the counts and the error workbook's path as JSON.")
    @click.option(
        "--errors",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Where rejected rows go (.xlsx). Without it: FILE's name with -errors.xlsx, in this folder.",
    )
    @click.option("--mapping", help="How the list's columns are read: a mapping's name, or a JSON file with one.")
    def run(file: Path, errors: Path | None, mapping: str | None, *, as_json: bool) -> None:  # fmt: skip
        _import(key, file, errors, mapping, as_json=as_json)

    return run


for _key in MODULES:
    import_.add_command(_command(_key))


@import_.command("template")
@click.argument("kind", metavar=f"[{'|'.join(MODULES)}]")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="The headings' language.")
def template(kind: str, file: Path, lang: str) -> None:
    """Write an empty Excel list with the right headings and a sheet that explains them."""
    from portal.operate import application

    with application().app_context():
        try:
            write_template(_kind(kind), file, "en" if lang == "en" else "zh_CN")
        except OSError as error:
            raise OperatorError(f"{file} cannot be written: {error.strerror or error}") from error
    click.echo(f"Wrote {file}.")


def _kind(key: str) -> ImportKind:
    found = kind_of(key)
    if found is None:
        raise OperatorError(f"there is no import of {key}; there are: {_KINDS}")
    return found


def _import(key: str, file: Path, errors: Path | None, mapping: str | None, *, as_json: bool) -> None:
    from portal.operate import application

    errors = errors or Path(f"{file.stem}-errors.xlsx")
    if not errors.resolve().parent.is_dir():
        raise OperatorError(f"the folder of {errors} does not exist")
    with application().app_context(), force_locale("en"):
        try:
            result = _work(_kind(key), file, errors, mapping)
        except DomainError as error:
            raise OperatorError(" ".join(say(fault) for fault in error.faults)) from error
        for note in result.notes:
            click.echo(f"note: {say(note)}", err=True)
        _tell(result, as_json=as_json)


def _work(kind: ImportKind, file: Path, errors: Path, mapping: str | None) -> Result:
    from flask import current_app

    session = db.session()
    try:
        source = mapped(open_source(file), _mapping(session, kind, mapping), kind)
        session.rollback()  # an import begins its own transaction
        enter(session, Actor.system(f"{getpass.getuser()} (command line)"), HeadOfficeScope("import"))
        result = run_import(
            session, kind, source, errors, current_app.config["CLOCK"](), ("zh_CN", "en")
        )  # fmt: skip
        session.commit()
    except OSError as error:
        raise OperatorError(f"{error.filename or file}: {error.strerror or error}") from error
    except _DATABASE as error:
        why = str(error).splitlines()[0]
        raise OperatorError(
            f"the database refused, nothing was imported (`sanbao db upgrade` first?): {why}"
        ) from error
    else:
        return result
    finally:
        session.rollback()
        leave(session)


def _mapping(session: Session, kind: ImportKind, name: str | None) -> ColumnMapping | None:
    """Return the mapping that is kept under a name, or written in a JSON file."""
    if name is None:
        return None
    if name.endswith(".json"):
        try:
            return from_plain(json.loads(Path(name).read_text(encoding="utf-8")), kind)
        except json.JSONDecodeError as error:
            raise OperatorError(f"{name} is no JSON: {error}") from error
    found = mapping_named(session, kind.key, name)
    if found is None:
        known = ", ".join(row.name for row in mappings_of(session, kind.key)) or "none"
        raise OperatorError(f"there is no mapping {name} of {kind.key}; there are: {known}")
    return from_plain(found.body, kind)


def _tell(result: Result, *, as_json: bool) -> None:
    counts = result.tally.as_dict()
    path = str(result.errors) if result.errors else None
    if as_json:
        click.echo(json.dumps({**counts, "errors_file": path}, ensure_ascii=False))
        return
    click.echo(say(sentence(counts)))
    if path:
        click.echo(f"The rejected rows are in {path}, each with its reason: mend them there and import that file.")


commands = (import_,)
