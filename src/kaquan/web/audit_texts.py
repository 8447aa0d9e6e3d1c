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
    "application.submit": zh("提交功能申请"),
    "application.withdraw": zh("撤回功能申请"),
    "application.switch_on": zh("开通权限"),
    "application.js_domain": zh("设置 JS API 域名"),
    "application.approve": zh("通过功能申请"),
    "application.refuse": zh("驳回功能申请"),
    "application.suspend": zh("暂停权限"),
    "application.restore": zh("恢复权限"),
    "application.set": zh("更改功能与权限"),
    "spot_check.draw": zh("开始抽查"),
    "spot_check.answer": zh("回复抽查"),
    "spot_check.close": zh("结束抽查"),
    "code.consume": zh("核销券码"),
    "code.void": zh("券码设为失效"),
    "code.export": zh("导出券码"),
    "till.consume": zh("核销台核销"),
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
