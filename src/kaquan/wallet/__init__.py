"""The pages of people with a wallet: each module is a page with its template beside it."""
