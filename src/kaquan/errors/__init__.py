"""The errcodes of the wire and the exception that carries one.

Texts, causes and fixes live in ``catalogue.toml`` alone; this module does no I/O, so the rules may use it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class Refusal(Exception):
    """A call refused with one errcode, the cause that holds, and the facts of the case.

    Args:
        errcode: the errcode of the answer.
        cause: key of the cause in the catalogue's entry of that errcode.
        facts: what the cause's texts are filled with; JSON values only, no secret and no full openid of another.
    """

    def __init__(self, errcode: Errcode, cause: str, facts: dict[str, Any]) -> None:
        super().__init__(errcode, cause, facts)
        self.errcode = errcode
        self.cause = cause
        self.facts = facts


class Errcode(IntEnum):
    """The errcodes this platform gives (spec: errors.md 1); calling one makes the :class:`Refusal` to raise."""

    SYSTEM_ERROR = -1
    INVALID_CREDENTIAL = 40001
    INVALID_GRANT_TYPE = 40002
    INVALID_OPENID = 40003
    INVALID_IMAGE_SIZE = 40009
    INVALID_APPID = 40013
    INVALID_ACCESS_TOKEN = 40014
    INVALID_ACTION_NAME = 40052
    INVALID_ACTION_INFO = 40053
    INVALID_SERIAL_CODE = 40056
    INVALID_URL = 40066
    INVALID_SKU_INFO = 40070
    INVALID_CARD_TYPE = 40071
    INVALID_CODE_TYPE = 40072
    INVALID_CARD_ID = 40073
    INVALID_ENCRYPT_CODE = 40075
    INVALID_COLOR = 40076
    INVALID_CARD_STATUS = 40078
    INVALID_TIME = 40079
    INVALID_CARD_EXT = 40080
    INVALID_ARGS = 40097
    CODE_CONSUMED = 40099
    TOO_MANY_CODES = 40109
    EMPTY_CODE = 40110
    SAME_CODE = 40111
    INVALID_CODE = 40116
    INVALID_QUANTITY = 40122
    INVALID_APPSECRET = 40125
    INVALID_CODE_STATUS = 40127
    DEPOSIT_QUANTITY = 40136
    INVALID_IMAGE_FORMAT = 40137
    INVALID_IMAGE_URL = 40141
    INVALID_FRIENDS_CARD = 40148
    INVALID_USE_TIME_LIMIT = 40149
    INVALID_CARD_PARAMETERS = 40150
    ACCESS_TOKEN_MISSING = 41001
    APPID_MISSING = 41002
    APPSECRET_MISSING = 41004
    MEDIA_MISSING = 41005
    OPENID_MISSING = 41009
    MISSING_FIELD = 41011
    CARD_ID_MISSING = 41012
    CODE_MISSING = 41013
    IMAGE_LIST_INCOMPLETE = 41026
    ACCESS_TOKEN_EXPIRED = 42001
    REQUIRE_GET = 43001
    REQUIRE_POST = 43002
    CUSTOM_CODE_UNAUTHORIZED = 43009
    BALANCE_UNAUTHORIZED = 43010
    EMPTY_BODY = 44002
    DAILY_QUOTA = 45009
    TOO_MANY_OPENIDS = 45019
    TOO_LONG = 45021
    STOCK_OUT = 45031
    GET_LIMIT_REACHED = 45033
    ICON_LIST_SIZE = 45044
    DATA_FORMAT = 47001
    API_UNAUTHORIZED = 48001
    API_FORBIDDEN = 48004
    USE_LIMIT_REACHED = 72020
    FRIENDS_CARD_RETIRED = 73205
    RID_NOT_FOUND = 76001
    RID_MALFORMED = 76002
    RID_FOREIGN = 76003
    RID_TOO_OLD = 76004
    INVALID_IDEMPOTENCY_KEY = 9990001

    def __call__(self, cause: str, **facts: Any) -> Refusal:
        """Return the refusal to raise; ``cause`` names an entry of the catalogue."""
        return Refusal(self, cause, facts)
