"""``GET /card/getapplyprotocol``: the lines of business (cards.md 5)."""

from __future__ import annotations

from support.api import Api

PRIMARY = ["primary_category_id", "category_name", "secondary_category"]
SECONDARY = [
    "secondary_category_id",
    "category_name",
    "need_qualification_stuffs",
    "can_choose_prepaid_card",
    "can_choose_payment_card",
]


def test_the_categories_have_the_documented_form(api: Api) -> None:
    answer = api.get("/card/getapplyprotocol")
    assert list(answer) == ["category", "errcode", "errmsg"]
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    assert [list(one) for one in answer["category"]] == [PRIMARY] * len(answer["category"])
    kinds = [kind for one in answer["category"] for kind in one["secondary_category"]]
    assert [list(kind) for kind in kinds] == [SECONDARY] * len(kinds)
    assert {kind[name] for kind in kinds for name in SECONDARY[3:]} == {0, 1}
    assert {type(paper) for kind in kinds for paper in kind["need_qualification_stuffs"]} == {str}


def test_every_category_has_a_number_of_its_own_that_names_its_line(api: Api) -> None:
    category = api.get("/card/getapplyprotocol")["category"]
    numbers = [
        (one["primary_category_id"], kind["secondary_category_id"])
        for one in category
        for kind in one["secondary_category"]
    ]
    assert len({kind for _, kind in numbers}) == len(numbers)
    assert [line for line, kind in numbers if kind // 100 != line] == []
