"""Stores under many calls at once, and what is pushed about them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from card_bodies import card
from store_bodies import store

from support.api import Api
from support.callback import Receiver
from support.server import Server

AT_ONCE = 8


def add(api: Api, **changes: Any) -> int:
    """Create a store and return its poi_id."""
    poi_id: int = api.ok("/cgi-bin/poi/addpoi", store(**changes))["poi_id"]
    return poi_id


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make calls at the same moment and return their answers."""
    barrier = threading.Barrier(len(calls))

    def wait(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(wait, calls))


def post(api: Api, path: str, body: dict[str, Any]) -> Callable[[], Any]:
    """Return a call that can be made later."""
    return lambda: api.post(path, body)


def errcodes(answers: list[Any]) -> Counter[int]:
    return Counter(answer["errcode"] for answer in answers)


def test_no_card_keeps_a_store_that_is_deleted_while_cards_are_made(api: Api) -> None:
    api.renew()
    for _ in range(4):
        poi_id = add(api)
        wish = card("GROUPON", {"location_id_list": [poi_id]})
        makers = [post(api, "/card/create", wish)] * AT_ONCE
        deleted, *made = together(post(api, "/cgi-bin/poi/delpoi", {"poi_id": poi_id}), *makers)
        assert deleted["errcode"] == 0
        assert set(errcodes(made)) <= {0, 40098}
        for card_id in (answer["card_id"] for answer in made if answer["errcode"] == 0):
            shown = api.ok("/card/get", {"card_id": card_id})["card"]["groupon"]["base_info"]
            assert shown["location_id_list"] == []


def test_a_store_is_deleted_once(api: Api) -> None:
    api.renew()
    poi_id = add(api)
    answers = together(*[post(api, "/cgi-bin/poi/delpoi", {"poi_id": poi_id})] * AT_ONCE)
    assert errcodes(answers) == {0: 1, 65116: AT_ONCE - 1}


def test_one_change_at_a_time_waits_for_its_review(server: Server) -> None:
    api = server.new_app(review="manual")
    api.renew()
    poi_id = add(api)
    api.ok("/sandbox/approve_store", {"poi_id": poi_id})

    def change(number: int) -> Callable[[], Any]:
        base = {"poi_id": poi_id, "recommend": f"{number}"}
        return post(api, "/cgi-bin/poi/updatepoi", {"business": {"base_info": base}})

    assert errcodes(together(*map(change, range(AT_ONCE)))) == {0: 1, 65107: AT_ONCE - 1}


def test_of_two_cells_that_exclude_each_other_one_is_turned_on(api: Api) -> None:
    api.renew()
    for _ in range(4):
        wish = {"card_id": api.create_card(card("GROUPON", {"use_all_locations": True})), "is_open": True}
        paths = ("/card/paycell/set", "/card/selfconsumecell/set")
        answers = together(*[post(api, path, wish) for path in paths])
        assert errcodes(answers) == {0: 1, 45046: 1}


def test_a_change_of_a_store_leaves_the_card_as_it_was(api: Api) -> None:
    gone, kept = add(api), add(api)
    wish = card("GROUPON", {"location_id_list": [gone, kept, gone], "description": f"call {gone}"})
    card_id, other = api.create_card(wish), api.create_card(card("CASH", {"description": f"call {gone}"}))
    before = [api.ok("/card/get", {"card_id": one}) for one in (card_id, other)]
    api.ok("/cgi-bin/poi/delpoi", {"poi_id": gone})
    after = [api.ok("/card/get", {"card_id": one}) for one in (card_id, other)]
    before[0]["card"]["groupon"]["base_info"]["location_id_list"] = [kept]
    assert after == before


def test_the_review_is_pushed_with_the_merchants_own_id(server: Server, receiver: Receiver) -> None:
    api = server.new_app(review="manual")
    api.ok("/sandbox/callback", receiver.settings())
    good, bad = add(api, sid="A1"), add(api, sid="A2")
    api.ok("/sandbox/approve_store", {"poi_id": good})
    api.ok("/sandbox/refuse_store", {"poi_id": bad, "reason": "没有这条街"})
    names = ("UniqId", "PoiId", "Result", "Msg", "msg")
    told = [(push.event, *(push.message[name] for name in names)) for push in receiver.wait(2)]
    assert sorted(told) == [
        ("poi_check_notify", "A1", str(good), "succ", "", ""),
        ("poi_check_notify", "A2", str(bad), "fail", "没有这条街", "没有这条街"),
    ]


def test_an_id_fits_into_31_bits(api: Api) -> None:
    ids = [add(api) for _ in range(20)]
    assert len(set(ids)) == len(ids)
    assert all(10**8 <= one < 2**31 for one in ids)
