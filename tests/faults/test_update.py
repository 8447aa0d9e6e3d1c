"""A new text of a code goes to one alone, whoever asks for it at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from card_bodies import card

from support.fleet import Fleet
from support.load import crowd
from support.run import run

OK = 0
INVALID_CODE = 40116
CALLERS = 24
ROUNDS = 10
BODY = card("GROUPON", {"use_custom_code": True, "get_limit": 1000})


def test_of_many_codes_that_are_to_get_one_text_exactly_one_gets_it(fleet: Fleet) -> None:
    apis = fleet.new_app()
    person, card_id = apis[0].person("ann"), apis[0].create_card(BODY)
    codes = [apis[0].claim(card_id, person, code=f"old-{number}") for number in range(CALLERS)]

    async def scenario() -> list[dict[int, int]]:
        async with crowd(apis, CALLERS) as callers:
            found = []
            for number in range(ROUNDS):
                pairs = list(zip(callers, codes, strict=True))
                calls = (one.post("/card/code/update", **wish(card_id, code, number)) for one, code in pairs)
                answers = await asyncio.gather(*calls)
                found.append(dict(Counter(answer["errcode"] for answer in answers)))
                winner = [answer["errcode"] for answer in answers].index(OK)
                codes[winner] = f"new-{number}"
            return found

    assert run(scenario()) == [{OK: 1, INVALID_CODE: CALLERS - 1}] * ROUNDS


def wish(card_id: str, code: str, number: int) -> dict[str, Any]:
    """Return the body that gives a code the text of a round."""
    return {"card_id": card_id, "code": code, "new_code": f"new-{number}"}


def test_a_text_is_either_claimed_or_becomes_a_code_never_both(fleet: Fleet) -> None:
    apis = fleet.new_app()
    person, card_id = apis[0].person("ann"), apis[0].create_card(BODY)
    codes = [apis[0].claim(card_id, person, code=f"old-{number}") for number in range(ROUNDS)]

    async def scenario() -> list[list[int]]:
        async with crowd(apis, 2) as (first, second):
            found = []
            for number, code in enumerate(codes):
                updated, claimed = await asyncio.gather(
                    first.post("/card/code/update", **wish(card_id, code, number)),
                    second.post("/ext/claim", card_id=card_id, openid=person, code=f"new-{number}"),
                )
                found.append(sorted((updated["errcode"], claimed["errcode"])))
            return found

    assert run(scenario()) == [[OK, INVALID_CODE]] * ROUNDS
