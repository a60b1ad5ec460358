"""Draw every state machine for ``docs/states.md``: ``python -m portal.kernel.state_pages``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from portal.kernel.i18n import ROOT, WINGS
from portal.kernel.states import Machine

PAGE = ROOT / "docs" / "states.md"
HEAD = """# States

Made from each room's `states.py` by `python -m portal.kernel.state_pages`; a test says when it is out of date.
"""


def machines() -> Iterator[tuple[str, Machine]]:
    """Yield the file and the machine of every room."""
    for wing in WINGS:
        for path in sorted((ROOT / wing).glob("*/states.py")):
            if path.parent.name == "kernel":
                continue
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for value in vars(module).values():
                if isinstance(value, Machine):
                    yield str(path.relative_to(ROOT)), value


def text() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for place, machine in machines():
        parts.append(f"## {machine.name}\n\n`{place}`\n\n```mermaid\n{machine.mermaid()}\n```\n")
        parts.append("| action | from | to | who | reason |\n|---|---|---|---|---|")
        parts += [
            f"| {step.action} | {', '.join(step.sources)} | {step.target} | {step.permission or 'the portal'} |"
            f" {'needed' if step.needs_reason else ''} |"
            for step in machine.steps
        ]
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(PAGE).write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} is up to date\n")
