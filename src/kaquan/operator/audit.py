"""What operators changed."""

from kaquan.web.audit import audit
from kaquan.web.desk import desk

desk("/operator/audit", sees="platform.see")(audit)
