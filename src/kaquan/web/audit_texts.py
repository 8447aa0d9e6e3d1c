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
    "call.send": zh("发送请求"),
    "app.setting": zh("更改接口行为"),
    "secret.rotate": zh("更换 AppSecret"),
    "secret.end": zh("停用旧的 AppSecret"),
    "ip_list.set": zh("设置 IP 白名单"),
    "domain.set": zh("设置域名"),
    "whitelist.set": zh("设置测试白名单"),
    "callback.set": zh("设置事件推送"),
    "callback.remove": zh("停止事件推送"),
    "event.trigger": zh("触发事件"),
    "event.resend": zh("补发事件"),
    "quota.clear": zh("清零调用次数"),
    "quota.set": zh("设置调用限制"),
    "quota.drop": zh("取消调用限制"),
    "sandbox.clock": zh("拨快时钟"),
    "sandbox.fault": zh("计划故障"),
    "sandbox.fault_clear": zh("取消故障"),
    "sandbox.persona": zh("添加角色"),
    "snapshot.keep": zh("保存快照"),
    "snapshot.load": zh("载入快照"),
    "snapshot.delete": zh("删除快照"),
}
