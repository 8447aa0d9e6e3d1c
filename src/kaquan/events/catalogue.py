"""Every event that is pushed, a struct each: the wire's field names in the wire's order (spec: events.md 6).

Texts travel as CDATA, integers bare; a field that is UNSET is left out.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import UNSET, UnsetType


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What follows the head of a push; the head is added when it is rendered."""

    EVENT: ClassVar[str] = ""


class OfCard(Event, frozen=True, kw_only=True):
    """Events about a card."""

    CardId: str = ""


class OfCode(OfCard, frozen=True, kw_only=True):
    """Events about a code in somebody's wallet."""

    UserCardCode: str = ""


class CardPassCheck(OfCard, frozen=True, kw_only=True):
    """6.1: a new or changed card passed its review; the reason is there and empty."""

    EVENT: ClassVar[str] = "card_pass_check"
    RefuseReason: str = ""


class CardNotPassCheck(OfCard, frozen=True, kw_only=True):
    """6.1: a new or changed card failed its review."""

    EVENT: ClassVar[str] = "card_not_pass_check"
    RefuseReason: str = ""


class UserGetCard(OfCard, frozen=True, kw_only=True):
    """6.2: a person got a code: by a claim, as a gift, or a member card back; see :meth:`by_gift` for gifts."""

    EVENT: ClassVar[str] = "user_get_card"
    IsGiveByFriend: int = 0
    UserCardCode: str = ""
    FriendUserName: str = ""
    OuterId: int = 0
    OldUserCardCode: str = ""
    OuterStr: str | UnsetType = ""
    OutetStr: str | UnsetType = UNSET
    IsRestoreMemberCard: int | UnsetType = 0
    IsRecommendByFriend: int | UnsetType = 0
    SourceScene: str | UnsetType = UNSET
    UnionId: str | UnsetType = UNSET

    @classmethod
    def by_gift(cls, card_id: str, code: str, giver: str, old_code: str, outer_str: str = "") -> UserGetCard:
        """Return the gift's form: with the misspelt field receivers know, and without the claim's last ones.

        Args:
            card_id: the card.
            code: the receiver's new code.
            giver: the giver's openid.
            old_code: the giver's code.
            outer_str: channel.
        """
        return cls(
            CardId=card_id,
            IsGiveByFriend=1,
            UserCardCode=code,
            FriendUserName=giver,
            OldUserCardCode=old_code,
            OuterStr=outer_str,
            OutetStr=outer_str,
            IsRestoreMemberCard=UNSET,
            IsRecommendByFriend=UNSET,
        )


class UserGiftingCard(OfCode, frozen=True, kw_only=True):
    """6.3: a holder gave a code away, or got it back (IsReturnBack 1) since nobody took it."""

    EVENT: ClassVar[str] = "user_gifting_card"
    IsReturnBack: int = 0
    FriendUserName: str = ""
    IsChatRoom: int = 0


class UserDelCard(OfCode, frozen=True, kw_only=True):
    """6.4: a holder took a code out of the wallet."""

    EVENT: ClassVar[str] = "user_del_card"


class UserConsumeCard(OfCode, frozen=True, kw_only=True):
    """6.5: a code was redeemed, whoever did it; RemarkAmount in fen."""

    EVENT: ClassVar[str] = "user_consume_card"
    ConsumeSource: str = "FROM_API"
    OutTradeNo: str | UnsetType = UNSET
    TransId: str | UnsetType = UNSET
    LocationName: str = ""
    StaffOpenId: str = ""
    VerifyCode: str = ""
    RemarkAmount: str = ""
    OuterStr: str = ""
    LocationId: int = 0


class UserPayFromPayCell(OfCode, frozen=True, kw_only=True):
    """6.6: a payment started from the card's fast-pay row is done; Fee and OriginalFee in fen."""

    EVENT: ClassVar[str] = "user_pay_from_pay_cell"
    TransId: str = ""
    LocationId: int = 0
    Fee: str = ""
    OriginalFee: str = ""


class UserViewCard(OfCode, frozen=True, kw_only=True):
    """6.7: a holder opened a member card whose need_push_on_view is true."""

    EVENT: ClassVar[str] = "user_view_card"
    OuterStr: str = ""


class UserEnterSessionFromCard(OfCode, frozen=True, kw_only=True):
    """6.8: a follower opened the account's chat through the card."""

    EVENT: ClassVar[str] = "user_enter_session_from_card"


class UpdateMemberCard(OfCode, frozen=True, kw_only=True):
    """6.9: points or stored value of a member card changed, by these signed amounts (stored value in fen)."""

    EVENT: ClassVar[str] = "update_member_card"
    ModifyBonus: int = 0
    ModifyBalance: int = 0


class SubmitMembercardUserInfo(OfCode, frozen=True, kw_only=True):
    """6.10: the one-click form of a member card was handed in; comes after its user_get_card."""

    EVENT: ClassVar[str] = "submit_membercard_user_info"


class CardSkuRemind(OfCard, frozen=True, kw_only=True):
    """6.11: somebody tried to claim and the stock is low; at most once in 12 hours per card."""

    EVENT: ClassVar[str] = "card_sku_remind"
    Detail: str = ""


class CardPayOrder(Event, frozen=True, kw_only=True):
    """6.12: the merchant's coins (券点) moved; counts are digits in texts, times UTC seconds or 0."""

    EVENT: ClassVar[str] = "card_pay_order"
    OrderId: str = ""
    Status: str = ""
    CreateOrderTime: int = 0
    PayFinishTime: int = 0
    Desc: str = ""
    FreeCoinCount: str = "0"
    PayCoinCount: str = "0"
    RefundFreeCoinCount: str = "0"
    RefundPayCoinCount: str = "0"
    OrderType: str = ""
    Memo: str = ""
    ReceiptInfo: str = ""


class OfGiftcardOrder(Event, frozen=True, kw_only=True):
    """Events about an order on a gift-card page; truths travel as the words true and false."""

    PageId: str = ""
    OrderId: str = ""


class GiftcardPayDone(OfGiftcardOrder, frozen=True, kw_only=True):
    """6.13: the order was paid."""

    EVENT: ClassVar[str] = "giftcard_pay_done"


class GiftcardSendToFriend(OfGiftcardOrder, frozen=True, kw_only=True):
    """6.14: the buyer sent the order's cards to a friend, or they came back since nobody took them in 24 hours."""

    EVENT: ClassVar[str] = "giftcard_send_to_friend"
    IsChatRoom: str = "false"
    IsReturnBack: str = "false"


class GiftcardUserAccept(OfGiftcardOrder, frozen=True, kw_only=True):
    """6.15: the friend took the cards."""

    EVENT: ClassVar[str] = "giftcard_user_accept"
    IsChatRoom: str = "false"


class CardMerchantCheckResult(Event, frozen=True, kw_only=True):
    """6.16: the review of a sub-merchant ended; goes to the parent account."""

    EVENT: ClassVar[str] = "card_merchant_check_result"
    MerchantId: int = 0
    IsPass: int = 0
    Reason: str = ""


class PoiCheckNotify(Event, frozen=True, kw_only=True):
    """The review of a store, or of a change of one, ended (spec: statistics_and_stores.md B).

    Receivers look for the reason under both spellings.
    """

    EVENT: ClassVar[str] = "poi_check_notify"
    UniqId: str = ""
    PoiId: str = ""
    Result: str = ""
    Msg: str = ""
    msg: str = ""


class Masssendjobfinish(Event, frozen=True, kw_only=True):
    """A mass message has reached its recipients (spec: distribution.md 7)."""

    EVENT: ClassVar[str] = "MASSSENDJOBFINISH"
    MsgID: int = 0
    Status: str = ""
    TotalCount: int = 0
    FilterCount: int = 0
    SentCount: int = 0
    ErrorCount: int = 0


EVENTS: dict[str, type[Event]] = {
    event.EVENT: event
    for event in (
        CardPassCheck,
        CardNotPassCheck,
        UserGetCard,
        UserGiftingCard,
        UserDelCard,
        UserConsumeCard,
        UserPayFromPayCell,
        UserViewCard,
        UserEnterSessionFromCard,
        UpdateMemberCard,
        SubmitMembercardUserInfo,
        CardSkuRemind,
        CardPayOrder,
        GiftcardPayDone,
        GiftcardSendToFriend,
        GiftcardUserAccept,
        CardMerchantCheckResult,
        PoiCheckNotify,
        Masssendjobfinish,
    )
}
