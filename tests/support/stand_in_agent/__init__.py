"""Staged in place of `carrel.agent` where a test needs to command what happens inside a sandbox."""
