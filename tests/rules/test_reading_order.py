"""Of two faults of a body the one that the endpoint's order names first is answered, for every endpoint's struct."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from struct_bodies import Spoil, good, spoiled, spoils

from kaquan.api.reading import ObjectNode
from kaquan.api.route import ROUTES
from kaquan.app import load_endpoints
from kaquan.errors import Refusal
from kaquan.errors.order import Step

load_endpoints()
READING = sorted(path for path, endpoint in ROUTES.items() if endpoint.reader)
# Of each rank, errcode and cause so many fields stand for all.
SAMPLES = 2
Stage = tuple[ObjectNode, dict[str, Any], list[Spoil]]


def nodes(path: str) -> Iterator[Stage]:
    """Yield each struct of an endpoint with a good body and samples of its faults, all behind the head where one is."""
    reader = ROUTES[path].reader
    assert reader is not None
    *heads, bodies = reader.stages
    decided = {spoil.path for head in heads for node in head for spoil in spoils(node)}
    for node in bodies:
        body = good(node)
        if not reader.faults(body, "strict"):
            yield node, body, sampled(spoil for spoil in spoils(node) if spoil.path not in decided)


def sampled(found: Iterator[Spoil]) -> list[Spoil]:
    """Return some faults of each kind."""
    kinds: dict[Any, list[Spoil]] = {}
    for spoil in found:
        kinds.setdefault((spoil.rank, spoil.given), []).append(spoil)
    return [spoil for kind in kinds.values() for spoil in (*kind[:1], *kind[-1:])[: min(SAMPLES, len(kind))]]


def apart(one: Spoil, other: Spoil) -> bool:
    """Tell whether two faults can be in one body: neither field holds the other, nor decides whether it is read."""
    nested = any(f"{inner}.".startswith((f"{outer}.", f"{outer}[")) for inner, outer in pairs(one.path, other.path))
    decides = any(decider == path for decider, path in ((one.decider, other.path), (other.decider, one.path)))
    return not nested and not decides


def pairs(one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield two paths in both orders."""
    yield from ((one, other), (other, one))


def place(order: tuple[Step, ...], spoil: Spoil) -> list[int]:
    """Return where in an order a fault's refusal stands; with a head it may be in two places."""
    return [number for number, one in enumerate(order) if spoil.given in set(one.given)]


@pytest.mark.parametrize("path", READING)
def test_a_fault_alone_is_answered_with_its_refusal(path: str) -> None:
    reader = ROUTES[path].reader
    assert reader is not None
    for _, body, faults in nodes(path):
        for fault in faults:
            with pytest.raises(Refusal) as refused:
                reader.read(json.dumps(spoiled(body, fault)).encode(), "strict")
            assert (int(refused.value.errcode), refused.value.cause) == fault.given, fault


@pytest.mark.parametrize("path", READING)
def test_of_two_faults_of_a_body_the_former_in_the_order_is_answered(path: str) -> None:
    reader, order = ROUTES[path].reader, ROUTES[path].order
    assert reader is not None
    for _, body, faults in nodes(path):
        for one, other in itertools.combinations(sorted(faults, key=lambda fault: fault.rank), 2):
            if one.rank == other.rank or not apart(one, other):
                continue
            with pytest.raises(Refusal) as refused:
                reader.read(json.dumps(spoiled(body, other, one)).encode(), "strict")
            assert (int(refused.value.errcode), refused.value.cause) == one.given, (one, other)
            assert min(place(order, one)) <= max(place(order, other))


def test_every_endpoint_that_reads_takes_part() -> None:
    assert [path for path in READING if not list(nodes(path))] == []


def test_most_pairs_can_be_together() -> None:
    found = [pair for path in READING for _, _, faults in nodes(path) for pair in itertools.combinations(faults, 2)]
    assert sum(one.rank != other.rank and apart(one, other) for one, other in found) > len(found) // 4
