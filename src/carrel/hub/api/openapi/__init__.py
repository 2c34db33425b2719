"""The description of the whole API in the form of OpenAPI 3.1, made from what the dialects' registries know.

A new procedure is in it by being registered. Its author gives: a docstring, of which the first sentence is the summary;
a Struct of parameters; and the type of what it returns, which is not `Any`. A reply that may be any JSON says so with
`Annotated[Any, Meta(description=…)]`. A route of its own is made with an `Operation` (`hub/operations.py`).
"""
