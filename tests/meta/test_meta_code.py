"""Rules about the code itself, read from its text."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.support.code import ROOT, WINGS, dotted, files, imports, modules, place, room_file

MODULE_LINES = 400
FUNCTION_LINES = 40
BUSINESS = ("dealers", "parts", "warranty", "reports")
MONEY_FILES = frozenset({"rules", "services", "models", "queries", "documents", "pricing", "imports"})
#: Who may look across dealers, and why: the car's visit history belongs to every station (Art. 17).
LAWFUL_VIEWERS = frozenset(
    {
        "dealers.service.queries",
        "dealers.vehicles.queries",
        "warranty.cases.queries",
        "reports.analytics.queries",  # the network's median, which names nobody
        "warranty.claims.queries",
        "warranty.coverage.queries",
        "warranty.guarantee.queries",
    }
)
#: The kernel's tables that Core writes on purpose (traces of a flush, the job queue); and the hot path whose
#: reads are a `PreparedRead`, which itself refuses a dealer-owned table without its wall.
CORE_USERS = frozenset(
    {
        "portal.kernel.audit",
        "portal.kernel.jobs",
        "warranty.claims.queries.facts",
        "warranty.claims.queries.fitting",
        "warranty.coverage.queries.facts",
    }
)
#: Reads that the driver is sent directly (ADR 8).
STRAIGHT_READERS = {
    ("raw_connection", "portal.kernel.straight"), ("Straight", "portal.kernel.prepared"),
    ("Straight", "portal.auth.guard"), ("MappedRead", "portal.kernel.listing"),
    ("MappedRead", "parts.catalogue.queries.search"),
}  # fmt: skip
#: Whoever is no request: they begin and end their own transactions.
COMMITTERS = frozenset({"portal.kernel.web", "portal.kernel.jobs"})
PLANNED = frozenset({"services", "queries", "rules", "states", "models", "forms", "documents", "views"})


def calls(module: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield node, name


def test_no_module_outgrows_its_size() -> None:
    grown = [
        f"{place(path)}: {lines} lines"
        for path in files()
        if path.suffix == ".py" and "versions" not in path.parts
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES
    ]
    assert grown == []


def test_no_function_outgrows_its_size() -> None:
    grown = [
        f"{place(path, node)} {node.name}: {lines} lines"
        for path, module in modules(*WINGS, "tests", "bench", "script")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert grown == []


def money_modules() -> Iterator[tuple[Path, ast.Module]]:
    yield from ((path, module) for path, module in modules("portal") if dotted(path) == "portal.kernel.money")
    yield from ((path, module) for path, module in modules(*BUSINESS) if room_file(path) in MONEY_FILES)


def test_money_never_meets_a_float() -> None:
    found = []
    for path, module in money_modules():
        for node in ast.walk(module):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            named = isinstance(node, ast.Name) and node.id in {"float", "round"} and isinstance(node.ctx, ast.Load)
            if literal or named:
                found.append(place(path, node))
    assert found == [], "amounts are Decimal, rounded by portal.kernel.money"


def test_rules_and_states_stand_on_nothing() -> None:
    # pure themselves
    allowed = {"portal.kernel.invoices", "portal.kernel.kept", "portal.kernel.money", "portal.kernel.states"}
    found = []
    for path, module in modules(*WINGS):
        if room_file(path) not in {"rules", "states"} or dotted(path).startswith("portal.kernel"):
            continue
        room = ".".join(dotted(path).split(".")[:2])
        for node, name in imports(module):
            own = name.startswith((f"{room}.rules", f"{room}.states"))
            own = own or name.split(".")[2:3] in (
                ["rules"],
                ["states"],
            )  # another room's, as pure
            if not own and name not in allowed and name.split(".")[0] not in sys.stdlib_module_names:
                found.append(f"{place(path, node)} {name}")
    assert found == []


def test_every_room_keeps_the_order_of_its_files() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    named = {container for contract in settings["contracts"] for container in contract.get("containers", ())}
    rooms = {
        f"{wing}.{folder.name}"
        for wing in WINGS
        for folder in (ROOT / wing).iterdir()
        if folder.name != "kernel"
        and (folder / "__init__.py").exists()
        and {path.stem for path in folder.iterdir()} & PLANNED
    }
    assert rooms <= named, "add the room to the containers of import-linter in pyproject.toml"


def test_only_a_request_a_job_or_a_command_commits() -> None:
    found = [
        place(path, node)
        for path, module in modules(*WINGS)
        if room_file(path) in {"services", "queries", "rules", "views", "forms", "documents"}
        for node, name in calls(module)
        if name == "commit" and dotted(path) not in COMMITTERS
    ]
    assert found == []


def test_a_state_changes_in_one_place() -> None:
    found = []
    for path, module in modules(*BUSINESS):
        for node in ast.walk(module):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                found += [place(path, t) for t in targets if isinstance(t, ast.Attribute) and t.attr == "state"]
        found += [
            place(path, node)
            for node, name in calls(module)
            if name == "setattr" and len(node.args) > 1
            if isinstance(node.args[1], ast.Constant) and node.args[1].value == "state"
        ]
    assert found == [], "use portal.kernel.lifecycle.advance"


def test_who_looks_across_dealers_is_known() -> None:
    found = {
        ".".join(dotted(path).split(".")[:3])
        for path, module in modules(*WINGS)
        for node in ast.walk(module)
        if isinstance(node, ast.Name) and node.id == "lawful_view"
    }
    assert found <= LAWFUL_VIEWERS


def test_queries_do_not_go_round_the_wall() -> None:
    """A mapped class brings the dealer's scope with it; its bare table does not."""
    found = [
        place(path, node)
        for path, module in modules(*WINGS)
        if room_file(path) in {"queries", "views", "documents", "forms"}
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and node.attr == "__table__" and dotted(path) not in CORE_USERS
    ]
    assert found == []


def test_who_reads_past_the_session_is_known() -> None:
    """No listener looks there: the sign-in reads no dealer's table, a list's statement carries its wall."""
    found = {
        (name, dotted(path))
        for path, module in modules(*WINGS)
        for _node, name in calls(module)
        if name in {"Straight", "MappedRead", "raw_connection"}
    }
    assert found == STRAIGHT_READERS


def test_bulk_mapping_methods_are_not_used() -> None:
    """They skip the hooks of scope and audit."""
    banned = {"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
    found = [place(path, node) for path, module in modules(*WINGS) for node, name in calls(module) if name in banned]
    assert found == []


def text_files() -> Iterator[tuple[Path, str]]:
    for path in files():
        if path.suffix in {".png", ".jpg", ".ico", ".xlsx", ".pdf", ".woff2"} or path.name == Path(__file__).name:
            continue
        if path.name.startswith(".coverage") or path == ROOT / ".git":
            continue
        yield path, path.read_text(encoding="utf-8", errors="replace")


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|pytest\.mark\.(skip|xfail)|NotImplementedError")
    allowed = {ROOT / "pyproject.toml", ROOT / "CONTRIBUTING.md"}
    found = [
        f"{path.relative_to(ROOT)}:{text[: hit.start()].count(chr(10)) + 1} {hit.group()}"
        for path, text in text_files()
        if path.suffix in {".py", ".html", ".js", ".css", ".md", ".sql", ".sh", ""} and path not in allowed
        if "tests/data" not in path.as_posix()
        for hit in marks.finditer(text)
    ]
    assert found == []


def test_no_file_names_a_machine() -> None:
    """Registries and folders of one machine stay out; settings come from the environment."""
    registries = r"(?:files\.pythonhosted|pypi|registry\.npmjs|crates)\.(?:org|io)|deb\.debian\.org|index-url"
    folders = r"(?<![\w.$}/*-])/(?:work|tmp|root|home)/"
    marks = re.compile(f"{registries}|{folders}")
    found = [
        f"{path.relative_to(ROOT)}:{text[: hit.start()].count(chr(10)) + 1} {hit.group()}"
        for path, text in text_files()
        for hit in marks.finditer(text)
    ]
    assert found == []
