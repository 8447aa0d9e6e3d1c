"""The promotion cell of a card's page has both a name and an address, or neither, as the custom cell has."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import brief, card

URL = "https://shop.example/"
WEAPP = {"promotion_app_brand_user_name": "gh_1@app"}
PATH = "card.groupon.base_info.promotion_url"
NAMELESS, NOWHERE = (40150, "cell_without_name", PATH + "_name"), (40150, "cell_without_url", PATH)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ({"promotion_url_name": "更多"}, NOWHERE),
        ({"promotion_url_name_type": "URL_NAME_TYPE_MALL"}, NOWHERE),
        ({"promotion_url_name": "更多", "promotion_url_name_type": 3}, NOWHERE),
        ({"promotion_url": URL}, NAMELESS),
        (WEAPP, NAMELESS),
        ({"promotion_url": URL, "promotion_url_name_type": 0}, None),
        ({"promotion_url_name_type": 0}, None),
        ({**WEAPP, "promotion_url_name": "更多"}, None),
        ({**WEAPP, "promotion_url_name_type": "URL_NAME_TYPE_MALL"}, None),
        ({"promotion_url": URL, "promotion_url_name": "更多"}, None),
        (
            {"custom_url": URL, "promotion_url_name": "更多"},
            (40150, "cell_without_name", PATH.replace("promotion", "custom") + "_name"),
        ),
    ],
)
def test_both_or_neither(base: dict[str, Any], expected: Any) -> None:
    assert brief(card(base=base)) == expected
