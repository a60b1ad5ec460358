"""The law's engine knows kinds of lines, no order; its branches and those of coverage are tested by written cases."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.code import ROOT, modules, place

RULES = ROOT / "warranty" / "guarantee" / "rules"
ORDERS = RULES / "orders.py"
MARKS = ("43-", "150-", "SAMR", "AQSIQ")
#: The tables of cases; the random cars and the properties are not asked to fill a gap of theirs.
TABLES = {
    "guarantee": (
        "assess", "counting", "crossing", "plain", "problems", "regimes", "texts", "watching", "working_days",
    ),
    "coverage": ("rules",),
}  # fmt: skip


def test_no_function_of_the_law_names_an_order() -> None:
    found = [
        f"{place(path, node)} {word}"
        for path, module in modules("warranty")
        if RULES in path.parents and path != ORDERS
        for node in ast.walk(module)
        for word in (node.value if isinstance(node, ast.Constant) else getattr(node, "id", ""),)
        if isinstance(word, str) and any(mark in word for mark in MARKS)
    ]
    assert found == [], "what only one order has belongs into its Regime (orders.py)"


def test_no_rule_imports_the_orders() -> None:
    importers = {
        place(path)
        for path, module in modules("warranty")
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "warranty.guarantee.rules.orders"
        if RULES in path.parents
    }
    assert importers == set(), "orders are handed to the rules"


@pytest.mark.parametrize("room", TABLES)
def test_every_branch_of_the_law_is_covered_by_its_tables(room: str, tmp_path: Path) -> None:
    rules = ROOT / "warranty" / room / "rules"
    tests = [ROOT / "tests" / "unit" / "warranty" / f"test_{room}_{name}.py" for name in TABLES[room]]
    outer = {key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--noconftest", "-p", "no:xdist", "-p", "no:cacheprovider",
         f"--cov={rules}", "--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100", *tests],
        cwd=ROOT, env=outer | {"COVERAGE_FILE": str(tmp_path / "coverage")}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
    assert "Required test coverage of 100% reached" in done.stdout
