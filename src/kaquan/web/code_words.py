"""What the desks call the states of codes, and what happened to them."""

from __future__ import annotations

from kaquan.rules import code as rule
from kaquan.rules import code_trace as trace
from kaquan.web.texts import zh

# State -> its name, and the kind of its badge.
STATES = {
    rule.NORMAL: (zh("可使用"), "ok"),
    rule.NOT_BEGUN: (zh("未到使用时间"), "info"),
    rule.GIFTING: (zh("转赠中"), "warn"),
    rule.GIFT_TIMEOUT: (zh("可使用（转赠已退回）"), "ok"),
    rule.GIFT_SUCC: (zh("已转赠"), "plain"),
    rule.CONSUMED: (zh("已核销"), "plain"),
    rule.EXPIRE: (zh("已过期"), "plain"),
    rule.DELETE: (zh("已删除"), "plain"),
    rule.UNAVAILABLE: (zh("已失效"), "danger"),
}
STEPS = {
    trace.CLAIM: zh("被领取"),
    trace.GIFT: zh("发起转赠"),
    trace.ACCEPT: zh("转赠被接受"),
    trace.RETURN: zh("转赠退回"),
    trace.CONSUME: zh("被核销"),
    trace.DELETE: zh("持有人删除"),
    trace.VOID: zh("设为失效"),
    trace.RENAME: zh("更换券码"),
    trace.EXPIRE: zh("过期"),
    "ticket": zh("票务信息更新"),
    "view": zh("打开卡券页面"),
    "session": zh("从卡券进入会话"),
}
# ConsumeSource -> where a code was redeemed.
SOURCES = {
    "FROM_API": zh("接口 /card/code/consume，或持有人自助核销"),
    "FROM_MP": zh("控制台"),
    "FROM_MOBILE_HELPER": zh("核销台"),
}
# kind -> what does it, where the journal does not say who did.
WAYS = {
    trace.CLAIM: zh("领取页面、货架或接口"),
    trace.VOID: zh("接口 /card/code/unavailable"),
    trace.RENAME: zh("接口 /card/code/update"),
    trace.DELETE: zh("卡包"),
    trace.GIFT: zh("卡包"),
    trace.ACCEPT: zh("转赠页面"),
    trace.EXPIRE: zh("按有效期计算，不写流水，也不推送事件"),
    "ticket": zh("票务接口"),
}
PUSHES = {
    "delivered": (zh("已送达"), "ok"),
    "waiting": (zh("等待推送"), "warn"),
    "dead": (zh("推送失败，已放弃"), "danger"),
    "not_sent": (zh("未推送：没有设置回调地址"), "plain"),
}
SHOWN_MOST = 50
