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
    INVALID_MESSAGE_TYPE = 40008
    INVALID_IMAGE_SIZE = 40009
    INVALID_APPID = 40013
    INVALID_ACCESS_TOKEN = 40014
    INVALID_OPENID_LIST_SIZE = 40032
    INVALID_ACTION_NAME = 40052
    INVALID_ACTION_INFO = 40053
    INVALID_SERIAL_CODE = 40056
    INVALID_MSG_ID = 40059
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
    INVALID_POI_ID = 40098
    CODE_CONSUMED = 40099
    INVALID_DATE_INFO = 40100
    CELL_NEEDS_APPROVED_CARD = 40107
    TOO_MANY_CODES = 40109
    EMPTY_CODE = 40110
    SAME_CODE = 40111
    BIND_OPENID = 40112
    INVALID_CODE = 40116
    INVALID_QUANTITY = 40122
    INVALID_APPSECRET = 40125
    INVALID_CODE_STATUS = 40127
    INVALID_SCENE = 40129
    TOO_FEW_OPENIDS = 40130
    INVALID_USERNAME = 40132
    DEPOSIT_QUANTITY = 40136
    INVALID_IMAGE_FORMAT = 40137
    INVALID_IMAGE_URL = 40141
    PAY_CELL_CONFLICT = 40145
    INVALID_FRIENDS_CARD = 40148
    INVALID_USE_TIME_LIMIT = 40149
    INVALID_CARD_PARAMETERS = 40150
    CUSTOM_CODE_REFUSED = 40158
    INVALID_CALLBACK_URL = 40201
    INVALID_CHECK_ACTION = 40202
    INVALID_CHECK_OPERATOR = 40203
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
    API_USAGE_EXPIRED = 42005
    REQUIRE_GET = 43001
    REQUIRE_POST = 43002
    REQUIRE_SUBSCRIBE = 43004
    PAY_UNAUTHORIZED = 43008
    CUSTOM_CODE_UNAUTHORIZED = 43009
    BALANCE_UNAUTHORIZED = 43010
    LOCATION_REQUIRED = 43017
    EMPTY_BODY = 44002
    EMPTY_CONTENT = 44004
    EMPTY_LIST = 44005
    CONTENT_SIZE = 45002
    DAILY_QUOTA = 45009
    MINUTE_QUOTA = 45011
    TOO_MANY_OPENIDS = 45019
    TOO_LONG = 45021
    TOO_MANY_POIS = 45025
    QR_COUNT = 45029
    CARD_LIMITED = 45030
    STOCK_OUT = 45031
    GET_LIMIT_REACHED = 45033
    CARD_LIST_SIZE = 45039
    ICON_LIST_SIZE = 45044
    CELL_CONFLICT = 45046
    CLIENT_ID_EXISTS = 45065
    CLIENT_ID_TOO_FAST = 45066
    CLIENT_ID_SIZE = 45067
    INVALID_TAG = 45159
    DATA_FORMAT = 47001
    API_UNAUTHORIZED = 48001
    API_FORBIDDEN = 48004
    QUOTA_CLEARS = 48006
    INVALID_CATEGORIES = 65104
    INVALID_PHOTO_URL = 65105
    POI_NOT_APPROVED = 65106
    POI_NOT_MODIFIABLE = 65107
    INVALID_BUSINESS_NAME = 65109
    INVALID_ADDRESS = 65110
    INVALID_TELEPHONE = 65111
    INVALID_CITY = 65112
    INVALID_PROVINCE = 65113
    PHOTO_LIST_EMPTY = 65114
    POI_NOT_FOUND = 65115
    POI_DELETED = 65116
    POI_NOT_DELETABLE = 65117
    INVALID_POI_STATUS = 65118
    USE_LIMIT_REACHED = 72020
    FRIENDS_CARD_RETIRED = 73205
    RID_NOT_FOUND = 76001
    RID_MALFORMED = 76002
    RID_FOREIGN = 76003
    RID_TOO_OLD = 76004
    CGI_PATH_NOT_FOUND = 76021
    CGI_PATH_FORBIDDEN = 76022
    INVALID_IDEMPOTENCY_KEY = 9990001

    def __call__(self, cause: str, **facts: Any) -> Refusal:
        """Return the refusal to raise; ``cause`` names an entry of the catalogue."""
        return Refusal(self, cause, facts)
