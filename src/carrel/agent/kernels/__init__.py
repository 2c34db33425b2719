"""Kernels: what runs the cells of notebooks, as in Jupyter.

`sessions` is what others use. A kernel of the project's environment is forked from a process that has imported
ipykernel already (`fork_server`; what runs there is in `inside`), every other one is started as a program.
jupyter_client is imported when the first kernel starts, so that an agent without kernels stays small.
"""
