"""The source has the shape the house style asks for: short functions, short files, everything annotated."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator

from source import PACKAGE, Def, functions, python_files, short, tree

MEDIAN, P95, LONGEST = 8, 25, 60
FILE_LINES = 400


def package_functions() -> list[tuple[str, int]]:
    return [(one.where, one.lines) for path in python_files() if PACKAGE in path.parents for one in functions(path)]


def test_functions_of_the_package_are_short() -> None:
    lines = sorted(lines for _, lines in package_functions())
    assert statistics.median(lines) <= MEDIAN
    assert lines[len(lines) * 95 // 100] <= P95


def test_no_function_is_long() -> None:
    every = (one for path in python_files() for one in functions(path))
    assert [(one.where, one.lines) for one in every if one.lines > LONGEST] == []


def test_no_file_is_long() -> None:
    counted = ((short(path), len(path.read_text("utf-8").splitlines())) for path in python_files())
    assert [(name, lines) for name, lines in counted if lines > FILE_LINES] == []


def test_every_argument_and_result_is_annotated() -> None:
    every = (one for path in python_files() for one in functions(path))
    assert [f"{one.where}: {name}" for one in every for name in unannotated(one.node)] == []


def unannotated(node: Def) -> Iterator[str]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    yield from (one.arg for one in every if one and one.annotation is None and one.arg not in {"self", "cls"})
    if node.returns is None:
        yield "return"


def test_everything_public_in_the_package_says_what_it_is_for() -> None:
    files = [path for path in python_files() if PACKAGE in path.parents]
    silent = [one.where for path in files for one in functions(path) if one.public and needs_docstring(one.node)]
    silent += [short(path) for path in files if not ast.get_docstring(tree(path))]
    silent += [f"{short(path)} {name}" for path in files for name in silent_classes(tree(path))]
    assert silent == []


def needs_docstring(node: Def) -> bool:
    # A setter is described where its property is.
    setter = any(isinstance(one, ast.Attribute) and one.attr == "setter" for one in node.decorator_list)
    return not setter and ast.get_docstring(node) is None


def silent_classes(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.name
