"""What happens: one verb per file; load, ask the rule, save, record events, in one transaction."""
