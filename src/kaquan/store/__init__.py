"""Where it is kept: tables, named hot statements, batching and migrations; the only place with SQL."""
