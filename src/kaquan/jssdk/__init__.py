"""The library that merchants' pages load, and what it talks to (spec: jssdk_and_pages.md)."""
