"""What was changed at an account."""

from kaquan.web.audit import audit
from kaquan.web.desk import desk

desk("/console/{appid}/audit", sees="audit.see")(audit)
