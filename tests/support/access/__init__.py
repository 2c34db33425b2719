"""Who may call what: the callers, the rules by which the registries' markers are read, and a row for each procedure."""
