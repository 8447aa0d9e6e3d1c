"""The till: the pages on which shop assistants redeem codes."""
