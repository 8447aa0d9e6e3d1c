"""What an SDK's calls are made on: people, cards, codes and stores of one account, made anew for each call."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from card_bodies import card
from store_bodies import FULL

from support.api import Api
from support.callback import Receiver

DEPOSIT = {
    "use_custom_code": True,
    "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
    "sku": {"quantity": 0},
}


class Stage:
    """An account before the curtain.

    Args:
        api: its client.
        logo: a picture.
        receiver: where events may be pushed.
        host: the address that the SDK was pointed at.
    """

    def __init__(self, api: Api, logo: Path, receiver: Receiver, host: str) -> None:
        self.api = api
        self.host = host
        self.logo = str(logo)
        self.receiver = receiver
        self.last_card = ""
        self.tickets: set[str] = set()

    @cached_property
    def ann(self) -> str:
        """Return somebody's openid."""
        return self.api.person("ann")

    @cached_property
    def bob(self) -> str:
        """Return somebody else's openid."""
        return self.api.person("bob")

    def card(self, **base: Any) -> str:
        """Return a card that may be claimed."""
        self.last_card = self.api.create_card(card("GROUPON", base))
        return self.last_card

    def custom(self) -> tuple[str, str]:
        """Return a card with custom codes, and a code of it that somebody holds."""
        card_id = self.card(use_custom_code=True)
        return card_id, self.api.claim(card_id, self.ann, code="A-1")

    def deposit(self) -> str:
        """Return a card that takes deposited codes."""
        return self.card(**DEPOSIT)

    def code(self) -> str:
        """Return a code that somebody holds."""
        return self.api.claim(self.card(), self.ann)

    def ticket_of(self, card_type: str) -> str:
        """Return the code of a ticket of a type that somebody holds."""
        return self.api.claim(self.api.create_card(card(card_type)), self.ann)

    def hidden_code(self) -> str:
        """Return a code as links carry it."""
        card_id = self.card()
        body = {"card_id": card_id, "code": self.api.claim(card_id, self.ann)}
        text: str = self.api.ok("/sandbox/encrypt_code", body)["encrypt_code"]
        return text

    def store(self) -> int:
        """Return a store that was approved."""
        poi_id: int = self.api.ok("/cgi-bin/poi/addpoi", {"business": {"base_info": FULL}})["poi_id"]
        return poi_id

    def ticket(self) -> str:
        """Return the ticket of a QR code."""
        wish = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": self.card()}}}
        text: str = self.api.ok("/card/qrcode/create", wish)["ticket"]
        return text

    def sent(self) -> int:
        """Return the number of a message to many."""
        mass = {"touser": [self.ann, self.bob], "msgtype": "wxcard", "wxcard": {"card_id": self.card()}}
        number: int = self.api.post("/cgi-bin/message/mass/send", mass)["msg_id"]
        return number

    def listening(self) -> str:
        """Have events pushed, and return what part of the network to look at."""
        self.api.ok("/sandbox/callback", self.receiver.settings())
        return "ping"

    def shows(self, url: str) -> bool:
        """Tell whether an address is one of this server and shows a picture."""
        return url.startswith(self.host) and self.api.http.send("GET", url.removeprefix(self.host))[1][1:4] == b"PNG"
