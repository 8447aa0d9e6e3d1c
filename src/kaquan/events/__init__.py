"""Who is told: the events of the platform and their way to the merchant's callback."""
