"""What runs with the Python of the environment: the fork server, and the kernels that it forks.

Programs, not modules of the agent: they import ipykernel and nothing of ours but each other.
"""
