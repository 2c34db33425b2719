"""Evaluations: code that is run once, in a kernel of its own which ends with it.

`requests` answers the hub, `run` runs history and code within their limits, `items` is what is told of the output.
"""
