"""The pages of the platform's operators: each module is a page with its template beside it."""
