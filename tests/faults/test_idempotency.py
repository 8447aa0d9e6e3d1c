"""An Idempotency-Key over a crash and over processes: one effect, one answer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from card_bodies import card

from support.api import Api
from support.database import Database
from support.fleet import Fleet
from support.server import Server

CALLERS = 8


def keyed(api: Api, path: str, body: object, key: str) -> bytes:
    data = json.dumps(body).encode()
    return api.http.send("POST", f"{path}?access_token={api.token}", data, idempotency_key=key)[1]


def test_after_kill_9_every_key_that_was_sent_gets_its_one_answer(database: Database) -> None:
    with Server(database) as server:
        api = server.new_app()
        card_id = api.create_card(card("GROUPON", {"get_limit": 100_000, "sku": {"quantity": 100_000}}))
        people = api.people(CALLERS)
        sent: dict[str, object] = {}
        acknowledged: dict[str, bytes] = {}

        def work(number: int) -> None:
            for count in range(100_000):
                key, body = f"{number}-{count}", {"card_id": card_id, "openid": people[number]}
                sent[key] = body
                try:
                    acknowledged[key] = keyed(api, "/ext/claim", body, key)
                except (OSError, http.client.HTTPException):
                    return

        threads = [threading.Thread(target=work, args=(number,)) for number in range(CALLERS)]
        for one in threads:
            one.start()
        time.sleep(1.0)
        server.kill()
        for one in threads:
            one.join()
        server.start()
        again = Api(server.base_url, api.appid, api.secret)
        again.adopt(api.token)
        with ThreadPoolExecutor(CALLERS) as pool:
            answers = dict(pool.map(lambda one: (one[0], keyed(again, "/ext/claim", one[1], one[0])), sent.items()))
        assert len(acknowledged) > CALLERS
        assert {key: answers[key] for key in acknowledged} == acknowledged
        codes = {json.loads(answer)["code"] for answer in answers.values()}
        sku = again.stock(card_id)
        assert len(codes) == len(sent) == sku["total_quantity"] - sku["quantity"]


def test_processes_that_get_the_same_key_at_once_carry_it_out_once(fleet: Fleet) -> None:
    apis = fleet.new_app()
    card_id, ann = apis[0].create_card(card("GROUPON", {"get_limit": 1000})), apis[0].person("ann")
    wish, made = {"card_id": card_id, "openid": ann}, card("CASH")
    with ThreadPoolExecutor(16) as pool:
        for round_ in range(10):
            sent = (("/ext/claim", wish, f"claim {round_}"), ("/card/create", made, f"create {round_}"))
            keys = [(api, *one) for api in apis for one in sent] * (16 // len(apis))
            answers = set(pool.map(lambda one: keyed(*one), keys))
            assert len(answers) == 2, answers
    sku = apis[0].stock(card_id)
    assert sku["total_quantity"] - sku["quantity"] == 10
    assert apis[0].ok("/card/batchget", {"offset": 0, "count": 50})["total_num"] == 11
