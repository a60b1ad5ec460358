"""The three-guarantees law on the command line: assess one case, or a stream of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import BinaryIO

import click

from warranty.guarantee.rules.assess import assess
from warranty.guarantee.rules.orders import ORDERS
from warranty.guarantee.schemas import CaseError, case_from_json, plain
from warranty.guarantee.seeds import published_calendar


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


commands = (guarantee,)
