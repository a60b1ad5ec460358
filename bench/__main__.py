"""Measure the portal beside what it stands on: ``python -m bench [part …]``.

Every figure that has an aim is a ratio taken in one run on one machine, because these machines'
speeds drift. The table goes to the screen, the same as JSON to ``var/bench/results.json``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from datetime import UTC, datetime

from bench.support import POSTGRESQL, VAR, Result, machine, postgresql, result

PARTS = ("pages", "queue", "parts", "claims", "settlement", "imports", "excel", "guarantee", "watch", "rules")


def main(argv: list[str]) -> int:
    """Run the named parts, all of them by default; exit 1 when an aim is missed."""
    wanted = argv or list(PARTS)
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        sys.stderr.write(f"bench: unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}\n")
        return 2
    VAR.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    with postgresql() as url:
        if url:
            os.environ[POSTGRESQL] = url
        for part in wanted:
            sys.stdout.write(f"{part} …\n")
            sys.stdout.flush()
            for line in measured(part):
                results.append({"part": part, **line})
                sys.stdout.write(row(results[-1]) + "\n")
                sys.stdout.flush()
    kept = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "results": results}
    (VAR / "results.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print_table(results)
    return 1 if any(line.get("met") is False for line in results) else 0


def measured(part: str) -> list[Result]:
    """Run a part; what goes wrong in it is a line of the table, so that the other parts are not lost."""
    began = time.perf_counter()
    try:
        lines: list[Result] = importlib.import_module(f"bench.{part}").run()
    except Exception as error:  # noqa: BLE001  (whatever it is, it belongs to this part alone)
        traceback.print_exc()
        lines = [result(f"{part} failed", 0, "", "no error", met=False, note=f"{type(error).__name__}: {error}")]
    return [*lines, result(f"{part}: time taken", time.perf_counter() - began, "s")]


def row(line: Result) -> str:
    """Return a result as a line of the table."""
    verdict = {True: "met", False: "MISSED", None: ""}[line.get("met")]
    text = (
        f"  {line['name']:<72} {line['value']:>12,.3f} {line['unit']:<8} {line['aim']:<9} {verdict:<6} {line['note']}"
    )
    return text.rstrip()


def print_table(results: list[Result]) -> None:
    """Print everything that was measured, and on what."""
    here = machine()
    sys.stdout.write(f"\n{here['cpu']}, {here['cores']} cores, {here['memory_mb']:,} MB, Python {here['python']}\n")
    for line in results:
        sys.stdout.write(row(line) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
