"""The page of errors: code, text and meaning of everything a caller can act on, from the domain's error classes."""

import ast
import importlib
import inspect
import pkgutil
import sys
import textwrap
from collections.abc import Mapping

import carrel
from carrel.domain.errors import DomainError
from carrel.hub.wire import v1_status, v1_text
from reference.markdown import code, page, table


def errors_page() -> str:
    """The whole page."""
    rows = [
        (code(cls.code), str(v1_status(_blank(cls))), code(text) if (text := v1_template(cls)) else "", meaning(cls))
        for cls in error_classes()
    ]
    return page(
        "# Errors",
        "Made from the code. Every refusal that a caller can act on has one class in the code, with a stable name and "
        "a text. API v1 sends the text in `error`; programs written for it match these texts, so they do not change. "
        "`<x>` stands for what differs from case to case. Status 200 with `event` = `error` is what API v1 answers "
        "when an event's handler refuses, 400 when a call does not get that far; see {doc}`/api`. An event may put "
        "its own words around a text, as `project_exec` does.",
        table(("Name", "Status in v1", "Text in v1", "Meaning"), rows),
        "Before a key is looked at, calls are refused with the texts that {doc}`/api` lists. A fault of the server "
        "itself answers 500 with `internal error`; what happened is in its log.",
    )


def error_classes() -> list[type[DomainError]]:
    """Every class of the tree that has a code of its own, by code."""
    for module in pkgutil.walk_packages(carrel.__path__, "carrel."):
        if module.name.rpartition(".")[2] != "__main__" and not module.name.startswith(_NOT_IMPORTED):
            importlib.import_module(module.name)
    found = [DomainError]
    for cls in found:
        found.extend(cls.__subclasses__())
    named = {cls for cls in found if "code" in vars(cls) and cls is not DomainError}
    return sorted(named, key=lambda cls: (cls.code, cls.__name__))


_NOT_IMPORTED = ("carrel.store.migrations.", "carrel.runners.bubblewrap.inside.", "carrel.agent.")
"""Scripts that other programs run."""


def meaning(cls: type[DomainError]) -> str:
    """The class's own docstring; the text speaks for itself where there is none."""
    return inspect.cleandoc(vars(cls).get("__doc__") or "")


def v1_template(cls: type[DomainError]) -> str:
    """The text with `<x>` for what is filled in; empty if every raiser writes its own."""
    text = template(cls)
    return v1_text(_blank(cls, text)) if text else ""


def template(cls: type[DomainError]) -> str:
    """What the constructor hands to `super().__init__`."""
    if "__init__" not in vars(cls):
        return ""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__" and node.args:
            return _text(node.args[0], vars(sys.modules[cls.__module__]))
    return ""


def _text(node: ast.expr, known: Mapping[str, object]) -> str:
    """A string as it is written in the code; constants of its module are filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, known) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        name = ast.unparse(node.value)
        return str(known[name]) if name in known else f"<{name if name.isidentifier() else 'x'}>"
    return ""


def _blank(cls: type[DomainError], text: str = "") -> DomainError:
    """An error of the class without its constructor: enough to ask what the wire makes of it."""
    error = cls.__new__(cls)
    error.args = (text,)
    return error
