"""Values, ids, permissions, state machines and errors; no I/O and no framework."""
