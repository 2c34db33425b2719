"""The live channel: the one WebSocket of a page, with a channel for each document that it shows (docs/live.md)."""
