"""How long documents wait before they do what they do by themselves; all in seconds."""

from msgspec import Struct


class Pace(Struct, frozen=True):
    """`quiet`: without edits before a save, `longest`: under constant edits; `linger`: an empty room stays open."""

    collect: float = 0.01
    poll: float = 0.5
    settle: float = 0.25
    quiet: float = 1.0
    longest: float = 10.0
    retry: float = 2.0
    linger: float = 300.0
    version: float = 60.0
