"""A self-hosted card-and-coupon platform that speaks the WeChat Card API."""
