"""Q1: a card_id is a kind of coupon: one create, and each claim gives one code of its stock."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from card_bodies import card

from qa.desk import Desk
from support.server import Server

STOCK, PEOPLE, AT_ONCE = 20, 30, 10


def test_n_people_claim_n_codes_and_the_stock_ends_at_zero(server: Server) -> None:
    api = server.new_app()
    card_id = api.create_card(card("GROUPON", {"sku": {"quantity": STOCK}, "get_limit": 1}))
    people = api.people(PEOPLE)
    first = api.claim(card_id, people[0])
    assert api.stock(card_id) == {"quantity": STOCK - 1, "total_quantity": STOCK}

    def claim(openid: str) -> Any:
        return api.post("/ext/claim", {"card_id": card_id, "openid": openid})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(claim, people[1:]))
    assert Counter(answer["errcode"] for answer in answers) == {0: STOCK - 1, 45031: PEOPLE - STOCK}
    codes = {first, *(answer["code"] for answer in answers if answer["errcode"] == 0)}
    assert len(codes) == STOCK
    assert api.stock(card_id) == {"quantity": 0, "total_quantity": STOCK}
    assert api.ok("/card/batchget", {"offset": 0, "count": 10})["card_id_list"] == [card_id]


def test_a_claim_past_the_stock_says_so_and_passes_once_there_is_more(server: Server) -> None:
    desk = Desk(server.new_app(), server.database)
    card_id = desk.api.create_card(card("GROUPON", {"sku": {"quantity": 1}}))
    desk.api.claim(card_id, desk.api.person("ann"))
    body = {"card_id": card_id, "openid": desk.api.person("bob")}
    assert desk.refused("/ext/claim", body) == {
        "answer": "45031 stock is out of limit",
        "cause": "stock_empty",
        "zh": f"卡券 {card_id} 的库存已经用完，剩余 0。",
    }
    desk.passes("/card/modifystock", {"card_id": card_id, "increase_stock_value": 1})
    assert list(desk.passes("/ext/claim", body)) == ["code", "begin_time", "end_time"]
