"""The wire: dispatch, decoding and encoding, tokens, and one module per path prefix."""
