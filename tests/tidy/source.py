"""The source as the tidy tests see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "kaquan"
FOLDERS = ("src", "tests", "bench")
TEXTS = ("*.py", "*.toml", "*.md", "*.html", "*.css", "*.js", "*.json", "*.csv", "*.lock", "*.mako", "Makefile", "run")
FOREIGN = {"node_modules", "data", "dist", "build", "__pycache__"}
Def = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """One function of a file.

    Args:
        where: ``path:line name``.
        node: its syntax tree.
        lines: of its body, without the docstring.
        public: reachable by a name without an underscore, from its module down.
    """

    where: str
    node: Def
    lines: int
    public: bool


def python_files() -> list[Path]:
    """Return every Python file of ours; migrations, which are written once and never read again, left out."""
    every = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in every if not {"versions", "node_modules"} & set(path.parts)]


@cache
def text_files() -> list[Path]:
    """Return every text file of ours, hidden and installed folders left out."""
    return sorted(path for path in _walk(ROOT) if any(path.match(pattern) for pattern in TEXTS))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.name not in FOREIGN and (not path.name.startswith(".") or path.name == ".ci"):
            yield from _walk(path)


@cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


def short(path: Path) -> str:
    """Return a path as it is shown."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[Function]:
    """Return the functions and methods of a file, nested ones too."""
    return list(_functions(tree(path), short(path), public=True))


def _functions(node: ast.AST, path: str, public: bool) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Def):
            seen = public and not child.name.startswith("_")
            yield Function(f"{path}:{child.lineno} {child.name}", child, body_lines(child), seen)
            yield from _functions(child, path, public=False)
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, path, public and not child.name.startswith("_"))
        else:
            yield from _functions(child, path, public)


def body_lines(node: Def) -> int:
    """Return the lines from the first statement behind the docstring to the last."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
