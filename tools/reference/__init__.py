"""The reference pages of the documentation, made from the code they describe: `python -m reference` writes them.

The Sphinx build writes them too, and a test compares what is in the repository with what the code says today.
"""
