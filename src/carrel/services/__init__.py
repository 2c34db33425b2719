"""Use cases, a module a noun: they decide and orchestrate; they know neither HTTP nor SQL."""
