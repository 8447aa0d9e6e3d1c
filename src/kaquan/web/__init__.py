"""What pages share: routes, visits, sessions, forms that only our pages can send, texts in two languages, styles."""
