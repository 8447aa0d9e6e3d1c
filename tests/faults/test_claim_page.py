"""A sale through the claim page: everybody gets a code or a text, and no code too many is given out."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from card_bodies import card

from support.fleet import Fleet
from support.server import Server
from support.tickets import qr
from support.visitor import Visitor

PEOPLE, STOCK = 200, 150
TEXT = "已领完"


def test_two_hundred_people_click_at_once(server: Server) -> None:
    api = server.new_app()
    card_id = api.create_card(card("GROUPON", {"sku": {"quantity": STOCK}, "get_limit": 1}))
    url = qr(api, card_id)
    people = [Visitor(server, f"p{number}") for number in range(PEOPLE)]
    for one in people:
        assert one.get(url) == 200
    start = threading.Barrier(PEOPLE)

    def click(one: Visitor) -> tuple[int, list[tuple[str, str]]]:
        start.wait()
        return one.post(url), one.said()

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(click, people))
    assert Counter((status, len(said)) for status, said in answers) == {(200, 1): PEOPLE}
    said = [one for _, (one,) in answers]
    codes = [code for code, rid in said if not rid]
    assert (len(codes), len(set(codes))) == (STOCK, STOCK)
    assert Counter(text for text, rid in said if rid) == {TEXT: PEOPLE - STOCK}
    assert len({rid for _, rid in said if rid}) == PEOPLE - STOCK
    assert api.stock(card_id)["quantity"] == 0


def test_one_form_sent_to_every_process_at_once_claims_once(fleet: Fleet) -> None:
    api = fleet.new_app()[0]
    for round_ in range(10):
        card_id = api.create_card(card("GROUPON", {"sku": {"quantity": 9}, "get_limit": 9}))
        url, ann = qr(api, card_id), Visitor(fleet.servers[0], f"ann{round_}")
        ann.get(url)
        clicks = [ann.twin(server) for server in fleet.servers for _ in range(4)]
        with ThreadPoolExecutor(len(clicks)) as pool:
            assert set(pool.map(lambda one, url=url: one.post(url), clicks)) == {200}
        assert len({tuple(one.said()) for one in clicks}) == 1
        assert clicks[0].said()[0][1] == ""
        assert api.stock(card_id)["quantity"] == 8
