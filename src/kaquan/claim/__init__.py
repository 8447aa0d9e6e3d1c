"""The pages by which people come to a card: tickets, shelves, articles, shared links, calls of merchants' pages."""
