"""Programs that are copied into the staged runtime and run inside sandboxes; never imported by the hub."""
