"""Count what the database is asked: a page's number of statements must not grow with its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

from portal.kernel.straight import Plan


@contextmanager
def count_queries(engine: Engine) -> Iterator[list[str]]:
    """Collect every statement sent inside the block; ``len`` of the list is the count."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    parameters = Plan.parameters

    def sent(plan: Plan, values: Mapping[str, Any]) -> Any:
        """Note what the driver is sent past the engine's events."""
        statements.append(plan.text)
        return parameters(plan, values)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with patch.object(Plan, "parameters", sent):
            yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
