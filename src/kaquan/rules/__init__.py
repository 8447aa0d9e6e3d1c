"""What is allowed: pure functions and tables; nothing here does I/O."""
