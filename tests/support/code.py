"""The project's own text, for tests about it: files by walking the folders, no version control needed."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("portal", "dealers", "parts", "warranty", "reports")
#: Folders that are made, not written.
MADE = frozenset({
    ".git", ".venv", "var", "build", "dist", "vendor", "__pycache__", "node_modules", ".hypothesis", ".mypy_cache",
    ".pytest_cache", ".ruff_cache", ".import_linter_cache", "test-results",
})  # fmt: skip


@cache
def files() -> tuple[Path, ...]:
    """List every file that is written by hand."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in MADE and not name.endswith(".egg-info"))
        found += [Path(folder, name) for name in sorted(names) if not name.endswith((".mo", ".pyc"))]
    return tuple(found)


def place(path: Path, node: ast.AST | None = None) -> str:
    """Return how a person finds it: file and line."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"


def modules(*tops: str) -> Iterator[tuple[Path, ast.Module]]:
    """Yield the parsed modules below the named folders; migrations are no code of ours."""
    for path in files():
        parts = path.relative_to(ROOT).parts
        if path.suffix == ".py" and parts[0] in tops and "versions" not in parts:
            yield path, tree(path)


@cache
def tree(path: Path) -> ast.Module:
    """Parse a module once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def dotted(path: Path) -> str:
    """Return a module's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_file(path: Path) -> str:
    """Return which file of a room's plan it is: ``rules`` for ``rules.py`` and for ``rules/…``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[2] if len(parts) > 2 else parts[-1]


def imports(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield what a module imports, inside functions too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module
