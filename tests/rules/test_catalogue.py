"""The catalogue against the code: every cause that is raised is described, and none that is not."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import kaquan
from kaquan.errors import Errcode
from kaquan.errors.catalogue import ANY, CATALOGUE, SHARED, Cause, Entry, describe, load
from kaquan.rules.card import CREATE_CHECKS

SOURCE = Path(kaquan.__file__).parent
# The markers of rules/fields.py that refuse: what they say where no cause is written beside their errcode.
MARKERS = {
    "MissingAs": {"missing", "misspelt"},
    "WrongAs": {"wrong_type"},
    "Between": {"out_of_range"},
    "HttpUrl": {"not_http"},
    "OneOf": {"unknown"},
    "NotBlank": {"blank"},
    "Belongs": set(),
}
HAN = re.compile("[\u4e00-\u9fff]")
FOUND = {"found", "in_base", "in_date"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
Pairs = Iterator[tuple[str, str]]
Names = dict[str, list[ast.expr]]


class Module:
    """The names of one source file: what its functions and tables may put where a cause or an errcode is expected."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, Function)}
        self.tables = dict(_assigned(tree.body))

    def pairs(self) -> Pairs:
        """Yield every errcode with a cause that this file can raise."""
        yield from self._of(self.tree, {})
        for function in self.functions.values():
            yield from self._of(function, _locals(function))

    def _of(self, root: ast.AST, names: Names) -> Pairs:
        for node in ast.walk(root):
            if isinstance(node, ast.Call):
                yield from self._of_call(node, names)
            elif isinstance(node, ast.Tuple) and len(node.elts) in {2, 3}:
                yield from self._of_pair(*node.elts[:2])

    def _of_call(self, call: ast.Call, names: Names) -> Pairs:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if name in MARKERS:
            causes = {text for one in given[1:] for text in _texts(one)} or MARKERS[name]
            yield from ((code, cause) for one in given for code in self.errcodes(one, names) for cause in causes)
        elif name == "wrong" and len(call.args) > 3:
            yield from (("INVALID_ACTION_INFO", cause) for cause in self.causes(call.args[3], names))
        elif call.args:
            causes = self.causes(call.args[0], names)
            yield from ((code, cause) for code in self.errcodes(call.func, names) for cause in causes)

    def _of_pair(self, left: ast.expr, right: ast.expr) -> Pairs:
        """Read ``(Errcode.X, "cause")`` and ``(check, Errcode.X, ...)``, the rows of the rules' tables."""
        check = self.functions.get(getattr(left, "id", ""))
        causes = self._found_by(check) if check else set()
        yield from ((code, cause) for code in self.errcodes(right, {}) for cause in causes)
        yield from ((code, cause) for code in self.errcodes(left, {}) for cause in _texts(right))

    def _found_by(self, check: Function) -> set[str]:
        """Return the causes a check of a table may find."""
        calls = [node for node in ast.walk(check) if isinstance(node, ast.Call)]
        found = [call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in FOUND]
        return {cause for one in found for cause in self.causes(one, _locals(check))}

    def errcodes(self, node: ast.expr, names: Names) -> set[str]:
        """Return the errcodes an expression may stand for."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Errcode":
            return {node.attr}
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Errcode":
            # Whichever errcode was asked for.
            return {ANY}
        return {code for one in self._choices(node, names) for code in self.errcodes(one, names)}

    def causes(self, node: ast.expr, names: Names) -> set[str]:
        """Return the causes an expression may stand for."""
        found = set(_texts(node))
        return found | {cause for one in self._choices(node, names) for cause in self.causes(one, names)}

    def _choices(self, node: ast.expr, names: Names) -> list[ast.expr]:
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.Name):
            return names.get(node.id, [])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            node = ast.Subscript(node.func.value, node.args[0])
        table = self.tables.get(getattr(node.value, "id", "")) if isinstance(node, ast.Subscript) else None
        return list(table.values) if isinstance(table, ast.Dict) else []


def _texts(node: ast.expr) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        # What a name is made of itself adds nothing, and would be followed for ever.
        if isinstance(target, ast.Name) and value and f"id='{target.id}'" not in ast.dump(value):
            yield target.id, value


def _locals(function: Function) -> Names:
    """Return what each name of a function may be: its default, and all that is assigned to it."""
    names: Names = {}
    for argument, default in zip(reversed(function.args.args), reversed(function.args.defaults), strict=False):
        names.setdefault(argument.arg, []).append(default)
    for node in ast.walk(function):
        for name, value in _assigned([node]) if isinstance(node, ast.stmt) else ():
            names.setdefault(name, []).append(value)
    return names


def _described() -> Iterator[tuple[Entry, str, Cause]]:
    every = (*CATALOGUE.values(), Entry(0, ANY, "", SHARED))
    return ((entry, key, cause) for entry in every for key, cause in entry.causes.items())


def _placeholders(template: str) -> set[str]:
    return {f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(template) if name}


RAISED = {pair for file in SOURCE.rglob("*.py") for pair in Module(ast.parse(file.read_text("utf-8"))).pairs()}
EACH = pytest.mark.parametrize(
    "cause", [pytest.param(cause, id=f"{entry.name}-{key}") for entry, key, cause in _described()]
)


def test_the_catalogue_lists_exactly_the_errcodes_by_number() -> None:
    listed = [(code, entry.code, entry.name) for code, entry in CATALOGUE.items()]
    assert listed == [(one.value, one.value, one.name) for one in sorted(Errcode)]


def test_the_errcodes_stand_in_the_order_of_their_numbers() -> None:
    assert list(Errcode) == sorted(Errcode)


def test_what_the_code_raises_is_described_and_nothing_else() -> None:
    described = {(entry.name, key) for entry, key, _ in _described()}
    assert {"undescribed": RAISED - described, "never raised": described - RAISED} == {
        "undescribed": set(),
        "never raised": set(),
    }


def test_each_check_of_a_new_card_declares_the_causes_it_finds() -> None:
    module = Module(ast.parse(SOURCE.joinpath("rules/card.py").read_text("utf-8")))
    found = {check.__name__: module._found_by(module.functions[check.__name__]) for check, _, _ in CREATE_CHECKS}
    assert found == {check.__name__: set(causes.split()) for check, _, causes in CREATE_CHECKS}


def test_a_catalogue_that_disagrees_with_the_errcodes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"disagree on .*'INVALID_CARD_ID', 40073.*'INVALID_CARD_ID', 40074"):
        load("[INVALID_CARD_ID]\ncode = 40074\ntext = 'invalid card id'\n")


def test_a_text_under_an_unknown_name_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `fix_fr`"):
        load("[X]\ncode = 1\ntext = ''\n[X.causes.y]\nzh = ''\nen = ''\nfix_zh = ''\nfix_en = ''\nfix_fr = ''\n")


def test_a_cause_of_any_errcode_is_described_for_each_and_takes_no_ones_own_place() -> None:
    assert [code for code in CATALOGUE if describe(code, "rehearsed") != SHARED["rehearsed"]] == []
    assert [key for entry in CATALOGUE.values() for key in entry.causes if key in SHARED] == []
    assert CATALOGUE[40099].errmsg("rehearsed") == "invalid code, this code has consumed."


def test_calls_may_be_repeated_after_a_fault_of_ours_or_of_the_token_and_while_figures_are_put_together() -> None:
    assert [code for code, entry in CATALOGUE.items() if entry.retry] == [-1, 40001, 40014, 42001, 61503]


@EACH
def test_a_cause_says_what_is_wrong_and_what_to_do_in_both_languages(cause: Cause) -> None:
    chinese, english = (cause.zh, cause.fix_zh), (cause.en, cause.fix_en)
    assert all(HAN.search(text) and text.endswith("。") for text in chinese)
    assert all(text.isascii() and text.endswith(".") for text in english)
    assert [_placeholders(text) for text in chinese] == [_placeholders(text) for text in english]
