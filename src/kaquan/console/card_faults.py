"""What is wrong with the form of a card, at the field that it is about, in the words of the wire's own refusals."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kaquan.api.route import ROUTES
from kaquan.console.card_fields import Field
from kaquan.console.card_form import field_at
from kaquan.errors import Refusal
from kaquan.errors.explain import explain
from kaquan.web.desk import Desk
from kaquan.web.wire import Request


def faults_of(visit: Desk, request: Request) -> list[Refusal]:
    """Return everything that is wrong with a call by itself; what depends on the state shows when it is made."""
    endpoint = ROUTES[request.path]
    assert endpoint.reader is not None
    found = endpoint.reader.faults(request.body, visit.app.profile)
    if found or endpoint.checks is None:
        return found
    try:
        endpoint.checks(
            endpoint.reader.read(msgspec.json.encode(request.body), visit.app.profile), visit.app, visit.now
        )
    except Refusal as refused:
        return [refused]
    return []


def at_fields(visit: Desk, card_type: str, refusals: Iterable[Refusal]) -> dict[str, str]:
    """Return field -> the first of the refusals that are about it, in a line."""
    faults: dict[str, str] = {}
    for one in refusals:
        field = field_at(card_type, str(one.facts.get("path", "")))
        if field is not None:
            faults.setdefault(field.name, told(visit, one, field))
    return faults


def told(visit: Desk, refused: Refusal, field: Field) -> str:
    """Return a refusal in a line, for the field that it is about: by its label, since people do not read paths."""
    said = explain(refused.errcode, refused.cause, refused.facts)
    text, path = (said.zh if visit.language == "zh" else said.en), str(refused.facts.get("path", ""))
    return f"{int(refused.errcode)} · " + (text.replace(path, visit.text(field.label)) if path else text)
