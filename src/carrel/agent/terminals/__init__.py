"""Terminals: a shell for each file that ends in `.term`, what it has written last, and whoever looks at it.

What a shell writes is kept once, bounded in bytes (`scrollback`); each page that looks is a place in it, which moves
as fast as the page takes it. A shell that writes faster than all pages take waits for the fastest, but not for long; a
page that is left behind begins anew with what is kept.
"""
