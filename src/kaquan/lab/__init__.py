"""The pages of the signature laboratory."""
