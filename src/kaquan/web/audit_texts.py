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
    "card.create": zh("创建卡券"),
    "card.update": zh("修改卡券"),
    "card.delete": zh("删除卡券"),
    "card.stock": zh("调整库存"),
    "card.deposit": zh("导入券码"),
    "card.qr": zh("生成二维码"),
    "card.shelf": zh("建立货架"),
    "card.article": zh("生成图文代码"),
    "card.testers": zh("修改测试白名单"),
    "picture.keep": zh("上传图片"),
    "operator.create": zh("创建平台运营"),
}
