"""Whether a card may be shared: its own switch, and from where."""

from __future__ import annotations

import itertools

import pytest

from kaquan.rules.share import may_share, share_refusal


@pytest.mark.parametrize(("one_claim", "own_codes", "bound"), list(itertools.product([False, True], repeat=3)))
def test_what_serves_one_is_shared_by_nobody(one_claim: bool, own_codes: bool, bound: bool) -> None:
    free = not (one_claim or own_codes or bound)
    refused = share_refusal("p", True, one_claim, own_codes, bound)
    assert may_share(True, one_claim, own_codes, bound) == free
    assert (refused and (int(refused.errcode), refused.cause)) == (None if free else (45030, "shared_from_one"))
    off = share_refusal("p", False, one_claim, own_codes, bound)
    assert off is not None
    assert (int(off.errcode), off.cause) == (45030, "not_shared")
    assert not may_share(False, one_claim, own_codes, bound)
