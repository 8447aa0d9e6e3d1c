"""Who operates the platform."""

from kaquan.web.desk import desk
from kaquan.web.members import members

desk("/operator/members", "GET", "POST", sees="platform.see", changes="platform.change")(members)
