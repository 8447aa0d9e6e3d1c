"""The developer's desk: settings, calls, events, quotas and the sandbox of an account."""
