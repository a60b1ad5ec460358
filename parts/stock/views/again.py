"""Take a step of a page; what is wrong stands at its field, what was typed stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, request

from dealers.service.forms import Reader
from parts.stock.forms import checked, told
from portal.kernel.errors import DomainError, Fault
from portal.kernel.web import db_session

#: Turns faults into what the summary of a page shows.
Told = Callable[[Iterable[Fault]], list[tuple[str | None, str, str]]]


def take(act: Callable[[Reader], tuple[str, str]], show: Callable[..., Any], name: Told = told) -> Any:
    """Call ``act`` with what was typed; it returns the words of success and where to go.

    A fault that a person can mend shows the page again by ``show(typed=…, faults=…, status=422)``; ``name``
    says what the fields are called.
    """
    reader = Reader(request.form)
    try:
        words, address = act(reader)
        checked(reader)
    except DomainError as error:
        if error.status != DomainError.status:
            raise
        db_session().rollback()
        faults = [*reader.faults, *(fault for fault in error.faults if fault not in reader.faults)]
        return show(typed=request.form, faults=name(faults), status=DomainError.status)
    flash(words, "success")
    return redirect(address)
