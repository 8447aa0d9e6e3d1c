"""Other ways to claim, measured beside ours."""
