"""Carrel: a self-hosted server that gives a web site its own live compute."""

__version__ = "0.1.0"
