"""The apps of one owner know a person by one unionid (auth_and_signatures.md 5.2)."""

from __future__ import annotations

from support.api import Api
from support.server import Server


def unionids(api: Api, *people: str) -> list[str]:
    """Return the unionid of each person, empty where an app is told none."""
    wanted = [{"openid": api.person(one)} for one in people]
    told = api.post("/cgi-bin/user/info/batchget", {"user_list": wanted})["user_info_list"]
    return [one.get("unionid", "") for one in told]


def test_one_person_has_one_unionid_over_the_apps_of_an_owner_and_others_with_other_owners(server: Server) -> None:
    first, second, other, alone = (server.new_app(owner=owner) for owner in ("panda", "panda", "tiger", ""))
    ann, bob = unionids(first, "ann", "bob")
    assert [len(ann), ann[0], ann != bob] == [28, "o", True]
    assert unionids(second, "bob", "ann") == [bob, ann]
    assert first.person("ann") != second.person("ann")
    assert unionids(alone, "ann") == [""]
    (foreign,) = unionids(other, "ann")
    assert len({ann, bob, foreign, first.person("ann"), second.person("ann")}) == 5
