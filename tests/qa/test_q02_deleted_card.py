"""Q2: deleting a card ends its claims; codes already claimed stay valid, and the card can still be queried."""

from __future__ import annotations

from card_bodies import card

from qa.desk import Desk
from support.server import Server

DELETED = "CARD_STATUS_DELETE"


def test_a_deleted_card_is_not_claimed_any_more_and_its_old_codes_are_consumed(server: Server) -> None:
    desk = Desk(server.new_app(), server.database)
    card_id, ann = desk.api.create_card(card()), desk.api.person("ann")
    code = desk.api.claim(card_id, ann)
    assert desk.passes("/card/delete", {"card_id": card_id}) == {}
    refused = {
        "answer": "40078 invalid card status",
        "cause": "deleted",
        "zh": f"卡券 {card_id} 已经删除（{DELETED}），不能再发放或修改；已领取的 Code 仍然有效。",
    }
    wish = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id}}}
    assert desk.refused("/ext/claim", {"card_id": card_id, "openid": ann}) == refused
    assert desk.refused("/card/qrcode/create", wish) == refused
    shown = desk.passes("/card/get", {"card_id": card_id})["card"]
    assert (shown["card_type"], shown["groupon"]["base_info"]["status"]) == ("GROUPON", DELETED)
    assert desk.passes("/card/batchget", {"offset": 0, "count": 1, "status_list": [DELETED]})["card_id_list"] == [
        card_id
    ]
    found = desk.passes("/card/code/get", {"code": code})
    assert (found["can_consume"], found["user_card_status"], found["openid"]) == (True, "NORMAL", ann)
    assert desk.passes("/card/code/consume", {"code": code}) == {"card": {"card_id": card_id}, "openid": ann}


def test_a_deletion_may_be_repeated(desk: Desk) -> None:
    card_id = desk.api.create_card(card())
    assert [desk.passes("/card/delete", {"card_id": card_id}) for _ in range(2)] == [{}, {}]
