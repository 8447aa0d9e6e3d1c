"""In which order a call is refused (spec: cards.md 1.3): one list of steps per endpoint, for code, tests and docs.

What every call shares stands here, what the body of a call can get wrong follows from its struct, and what is checked
behind it is declared at the endpoint, ``refuses=``. The dispatcher logs a refusal that its endpoint does not declare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from kaquan.api.reading import AnyNode, BoolNode, Field, IntNode, ListNode, Node, ObjectNode, Profile, TextNode
from kaquan.errors import Errcode, Refusal
from kaquan.errors.catalogue import SHARED
from kaquan.errors.order import Given, Step, step, steps
from kaquan.rules.fields import Limit, Rank

TOKEN = ("41001 missing", "40014 malformed unknown user_token", "42001 expired | 40001 expired replaced")
METHOD = {"POST": "43002 method", "GET": "43001 method"}
SUSPENDED = "48004 suspended"
RIGHT = {
    "card": "48001 function_not_applied function_pending function_refused",
    "sandbox": "48001 sandbox_only",
    "issue": "48001 permission_missing",
}
FREQUENCY = ("45009 used_up", "45011 used_up", "42005 used_up")
SIZE = "47001 body_too_large"
KEY = "9990001 malformed other_request"
JSON = ("44002 empty", "47001 not_json not_object too_deep")
OWN_CARD = "40073 unknown | 48001 foreign_card"
ANY_TIME = step("-1 internal busy database bad_data")
"""What any call may be answered at any moment."""

MISSING = "missing misspelt"
WRONG = f"{Errcode.INVALID_ACTION_INFO:d} wrong_type"
Fault = tuple[Rank, str, str]
"""A rank, the step of a fault of this rank, and the JSON path, without positions, where it may be."""


class Reads(Protocol):
    """What reads the body of a call.

    Args:
        stages: what is read one after the other, each the structs of which one is read.
    """

    @property
    def stages(self) -> tuple[tuple[ObjectNode, ...], ...]:
        """Return the stages."""
        ...

    def read(self, body: bytes, profile: Profile) -> Any:
        """Return the request."""
        ...

    def faults(self, value: dict[str, Any], profile: Profile) -> list[Refusal]:
        """Return everything that is wrong with a body."""
        ...


class Limiting(Protocol):
    """A limit of a field, with the step of its refusals."""

    @property
    def gives(self) -> str:
        """Return the step."""
        ...


def order_of(
    reader: Reads | None,
    declared: tuple[Step, ...],
    *,
    methods: tuple[str, ...],
    token: bool,
    needs: str,
    limited: bool,
    has_body: bool,
    card_paths: tuple[str, ...],
) -> tuple[Step, ...]:
    """Return the whole order of an endpoint (see :class:`kaquan.api.route.Endpoint` for what the arguments are)."""
    before = list(TOKEN) if token else []
    before.append(METHOD["POST" if "POST" in methods else "GET"])
    before += [SUSPENDED, RIGHT[needs]] if needs else []
    before += FREQUENCY if token and limited else ()
    before += [SIZE] if has_body else []
    before += [KEY] if has_body and token else []
    read = steps([*before, *(JSON if reader else ()), *_reading(reader, bool(card_paths))])
    return (*read, *declared)


def given_in(order: tuple[Step, ...]) -> frozenset[Given]:
    """Return every errcode with each cause that the calls of an order may be refused with."""
    return frozenset(given for one in (*order, ANY_TIME) for given in one.given)


def is_declared(given: frozenset[Given], errcode: int, cause: str) -> bool:
    """Tell whether an endpoint says that it gives this; a rehearsed fault may be anything."""
    return (errcode, cause) in given or cause in SHARED


def card_paths_of(reader: Reads | None) -> tuple[str, ...]:
    """Return where a request may name the card it is about; a list of cards is looked up card by card later."""
    nodes = (node for stage in (reader.stages if reader else ()) for node in stage)
    return tuple(dict.fromkeys(path for node in nodes for path in card_paths_in(node)))


def card_paths_in(node: ObjectNode, path: str = "") -> Iterator[str]:
    """Yield where the requests of a struct may name their card; ``path`` is where the struct stands."""
    for field in node.fields:
        place = f"{path}.{field.key}" if path else field.key
        marked = field.missing is not None and field.missing.rank == Rank.CARD_ID
        if marked or place == "card_id":
            yield place
        if isinstance(field.node, ObjectNode):
            yield from card_paths_in(field.node, place)


def _reading(reader: Reads | None, names_card: bool) -> Iterator[str]:
    """Yield the steps of reading a body: stage by stage, within a stage by rank."""
    read: set[str] = set()
    stages = reader.stages if reader else ()
    for number, stage in enumerate(stages):
        found = [fault for node in stage for fault in faults_of(node) if fault[2] not in read]
        steps_of = ranked(found)
        read |= {path for _, _, path in found}
        for rank in Rank:
            if rank in steps_of:
                yield steps_of[rank]
            if rank == Rank.CARD_ID and names_card and number == len(stages) - 1:
                yield OWN_CARD


def reading_of(nodes: Iterable[ObjectNode]) -> tuple[str, ...]:
    """Return the steps of reading one of these objects, by rank."""
    steps_of = ranked(fault for node in nodes for fault in faults_of(node))
    return tuple(steps_of[rank] for rank in Rank if rank in steps_of)


def ranked(faults: Iterable[Fault]) -> dict[Rank, str]:
    """Return the step of each rank that has any faults, those of one rank side by side."""
    texts: dict[Rank, dict[str, None]] = defaultdict(dict)
    for rank, text, _ in faults:
        texts[rank][text] = None
    return {rank: " | ".join(found) for rank, found in texts.items()}


def faults_of(node: ObjectNode, path: str = "") -> Iterator[Fault]:
    """Yield every fault that a struct's fields can have."""
    for field in node.fields:
        place = f"{path}.{field.key}" if path else field.key
        yield from _of_field(field, place)
        yield from _of_node(field.node, place)


def _of_field(field: Field, place: str) -> Iterator[Fault]:
    if field.required or (field.belongs and field.belongs.needed):
        generic = (Errcode.INVALID_ACTION_INFO, Errcode.MISSING_FIELD)
        errcodes = (field.missing.errcode,) if field.missing else generic
        rank = field.missing.rank if field.missing else Rank.MISSING
        yield rank, " | ".join(f"{errcode:d} {MISSING}" for errcode in errcodes), place
    if field.wrong:
        yield Rank.TYPE, f"{field.wrong.errcode:d} wrong_type", place
    if field.belongs:
        yield Rank.TYPE, f"{field.belongs.errcode:d} {field.belongs.cause}", place


def _of_node(node: Node, place: str) -> Iterator[Fault]:
    if not isinstance(node, AnyNode):
        yield Rank.TYPE, f"{WRONG}{_of_type(node)}", place
    for limit in getattr(node, "limits", ()):
        yield limit.rank, _gives(limit), place
    if isinstance(node, ListNode):
        yield from _of_node(node.item, place)
    if isinstance(node, ObjectNode):
        yield from faults_of(node, place)


def _of_type(node: Node) -> str:
    """Return the causes that a value of the wrong type has beyond ``wrong_type``."""
    if isinstance(node, TextNode):
        return " unquoted_string"
    if isinstance(node, BoolNode):
        return " quoted_boolean"
    return " quoted_integer" if isinstance(node, IntNode) and not node.tolerant else ""


def _gives(limit: Limit) -> str:
    told: Limiting = limit  # type: ignore[assignment]
    return told.gives
