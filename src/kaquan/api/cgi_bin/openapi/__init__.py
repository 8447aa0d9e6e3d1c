"""``/cgi-bin/openapi/*``: questions about calls themselves."""
