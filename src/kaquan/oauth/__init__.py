"""The page that tells a merchant's page who its visitor is (spec: auth_and_signatures.md 5.1)."""
