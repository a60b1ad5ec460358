"""The three-guarantees law on the command line: assess one case, or a stream of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import click
from flask import Flask

from portal.kernel.clock import local_date
from portal.kernel.command import at_desk, desk
from portal.kernel.errors import DomainError, OperatorError
from warranty.guarantee.queries.law import orders_on
from warranty.guarantee.queries.watched import visited_cars
from warranty.guarantee.rules.assess import assess
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.rules.plain import to_plain
from warranty.guarantee.schemas import CaseError, case_from_json, plain
from warranty.guarantee.seeds import published_calendar
from warranty.guarantee.services.nightly import Proof, prove_cars
from warranty.guarantee.services.tables import import_orders


@click.group()
def guarantee() -> None:
    """Ask the three-guarantees law: what an owner may demand, and why."""


@guarantee.command("assess")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--lines", is_flag=True, help="One case a line in, one result a line out.")
def assess_command(file: BinaryIO, *, lines: bool) -> None:
    """Assess the case in FILE (JSON; - is standard input) by the orders as they stand in law."""
    if lines:
        answer_lines(file, sys.stdout.buffer)
        return
    try:
        result = _answer(file.read())
    except CaseError as error:
        click.echo("\n".join(error.faults), err=True)
        sys.exit(2)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2).encode(errors="backslashreplace"))


def _answer(text: bytes) -> dict[str, object]:
    return plain(assess(case_from_json(text, ORDERS), ORDERS, published_calendar()))


def answer_lines(lines: Iterable[bytes], out: BinaryIO) -> None:
    """Write the answer of each line, a faulty one's too, before the next is read."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    for line in lines:
        try:
            result = _answer(line)
        except CaseError as error:
            result = {"error": error.faults}
        try:
            out.write(encode(result).encode(errors="backslashreplace") + b"\n")
            out.flush()
        except BrokenPipeError:  # whoever read has seen enough; what is left in the buffer goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
            sys.exit(1)


@guarantee.group("orders")
def orders() -> None:
    """Take the orders out and in as JSON: a third order needs no code."""


@orders.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As they hold on this day; today without it.")
def export_command(file: Path, day: datetime | None) -> None:
    """Write every order as it holds to FILE; change it, give it a day and a reason, and import it again."""
    with at_desk("exporting orders") as desk:
        when = day.date() if day else local_date(desk.now)
        bodies = [to_plain(order) for order in orders_on(desk.session, when)]
    text = json.dumps({"valid_from": when.isoformat(), "note": "", "orders": bodies}, ensure_ascii=False, indent=2)
    try:
        file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{file} cannot be written: {error.strerror or error}") from error
    click.echo(f"Wrote {len(bodies)} orders to {file}.")


@orders.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), help="Valid from this day; else what FILE says.")
@click.option("--note", help="Why; else what FILE says.")
def import_command(file: Path, day: datetime | None, note: str | None) -> None:
    """Make a new version of every order in FILE that says something else, from a day on: all of them or none."""
    content = _order_file(file)
    valid_from = day.date() if day else _day_of(content.get("valid_from"))
    with at_desk("importing orders") as desk:
        try:
            why = note if note is not None else str(content.get("note") or "")
            taken = import_orders(desk.session, content["orders"], valid_from, why, desk.actor, desk.now)
        except DomainError as error:
            raise OperatorError(
                "; ".join(f"{fault.field}: {fault.message % dict(fault.facts)}" for fault in error.faults)
            ) from error
    for one in taken:
        click.echo(
            f"{one.code}: unchanged" if one.version is None else f"{one.code}: version {one.version} from {valid_from}"
        )


def _order_file(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise OperatorError(f"{file} is no JSON: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not isinstance(content.get("orders"), list):
        raise OperatorError(f'{file} needs an object with "valid_from", "note" and a list "orders"')
    strange = content.keys() - {"valid_from", "note", "orders"}
    if strange:
        raise OperatorError(f"{file}: nobody knows the key {', '.join(sorted(map(repr, strange)))}")
    return content


def _day_of(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise OperatorError("valid_from: a day such as 2028-01-01 is needed, in the file or by --from") from None


#: Cars in one transaction of the nightly job.
STRETCH = 2_000


@guarantee.command("recompute")
@click.option("--fill", is_flag=True, help="Make missing rows without an alarm: for data that came from elsewhere.")
def recompute(*, fill: bool) -> None:
    """Reckon every car anew and hold it against the watch; exit 1 when one differs. For every night."""
    app, after, total = application(), 0, Proof()
    while True:
        with desk(app, "proving the watch") as at:
            cars = visited_cars(at.session, after, STRETCH)
            if not cars:
                break
            total, after = total + prove_cars(at.session, cars, at.now, filling=fill), cars[-1]
    click.echo(
        f"{total.cars} cars, {total.watched} of them watched, {total.renewed} renewed, {total.alarms} not as kept."
    )
    if total.alarms:
        sys.exit(1)


def application() -> Flask:
    """Build the app that the command line builds."""
    return cast("Callable[[], Flask]", click.get_current_context().find_root().obj)()


commands = (guarantee,)
