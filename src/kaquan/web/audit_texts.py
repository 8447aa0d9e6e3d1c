"""What each change of the audit log is called; a change that is not here fails the tests."""

from __future__ import annotations

from kaquan.web.texts import zh

ACTIONS = {
    "app.create": zh("创建账号"),
    "member.invite": zh("邀请成员"),
    "member.withdraw": zh("撤回邀请"),
    "member.join": zh("加入"),
    "member.role": zh("更改角色"),
    "member.remove": zh("移除成员"),
    "operator.create": zh("创建平台运营"),
    "card.approve": zh("通过卡券"),
    "card.refuse": zh("驳回卡券"),
    "card.takedown": zh("下架卡券"),
    "card.restore": zh("恢复卡券"),
    "store.approve": zh("通过门店"),
    "store.refuse": zh("驳回门店"),
    "merchant.suspend": zh("停用商户"),
    "merchant.restore": zh("恢复商户"),
    "merchant.quota": zh("更改调用额度"),
    "platform.setting": zh("更改平台设置"),
}
