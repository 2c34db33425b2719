"""Terminals: a shell for each file that ends in `.term`, what it has written last, and whoever looks at it.

What a shell writes is kept once, bounded in lines and bytes (`scrollback`); each page that looks is a place in it,
which moves as fast as the page takes it. No shell waits for pages: one that is left behind begins anew with what is
kept, and has missed only what has left its screen and its own scrollback meanwhile.
"""
