"""The hub's end of the wire: a typed client for each running agent, and the table that finds it.

Everything that comes from an agent is hostile until checked: the tenant owns it.
"""
