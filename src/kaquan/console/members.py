"""Who works at an account."""

from kaquan.web.desk import desk
from kaquan.web.members import members

desk("/console/{appid}/members", "GET", "POST", sees="member.manage")(members)
