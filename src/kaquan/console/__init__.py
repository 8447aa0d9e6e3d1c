"""The merchants' pages: each module is a page with its template beside it."""
