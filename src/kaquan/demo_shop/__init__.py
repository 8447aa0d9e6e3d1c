"""A small shop in the browser, as a merchant would write one; `kaquan demo` runs it beside the platform.

It is an example to copy: it knows the platform's address, an appid and its secret, and talks HTTP. What belongs to
kaquan itself is not used here.
"""
