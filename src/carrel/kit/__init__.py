"""Domain-free helpers, each a named module; the bottom of the import order."""
