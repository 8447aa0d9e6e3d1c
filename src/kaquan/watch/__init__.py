"""Watching a platform: what it exports as metrics, whether it is ready, how its database stands."""
