"""A folder that is put on the PYTHONPATH of a server to profile it."""
