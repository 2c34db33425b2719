"""The page of settings: every `CARREL_*` variable, its default and what it is for, from the settings' own sections."""

import inspect
import re
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from carrel.hub.settings import Settings
from reference.markdown import code, page, table


def settings_page() -> str:
    """The whole page."""
    return page(
        "# Settings",
        "Made from the code. A setting is given as an environment variable, or in the TOML file that `--config` or "
        "`CARREL_CONFIG` names; a variable wins over the file. `CARREL_HUB_PORT=8001` and",
        "```toml\n[hub]\nport = 8001\n```",
        "say the same. A name that is not in these tables ends the command with a message.",
        *(block for name, section in sections().items() for block in _section(name, section)),
        "## Without a section",
        table(
            ("Variable", "Default", "Meaning"),
            ((code(variable(name)), _default(field), _description(field)) for name, field in plain().items()),
        ),
    )


def sections() -> dict[str, type[BaseModel]]:
    """The sections by name."""
    annotations = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {name: kind for name, kind in annotations.items() if isinstance(kind, type) and issubclass(kind, BaseModel)}


def plain() -> dict[str, FieldInfo]:
    """The settings that belong to no section, by name."""
    return {name: field for name, field in Settings.model_fields.items() if name not in sections()}


def variable(*names: str) -> str:
    return "_".join(("CARREL", *names)).upper()


def _section(section: str, model: type[BaseModel]) -> list[str]:
    rows = (
        (code(variable(section, name)), _default(field), _description(field))
        for name, field in model.model_fields.items()
    )
    return [f"## {section}", _story(model), table(("Variable", "Default", "Meaning"), rows)]


def _story(model: type[BaseModel]) -> str:
    """The section's docstring, without repeating its heading."""
    text = re.sub(r"^The section `\w+`[.:;]\s*", "", inspect.getdoc(model) or "")
    return text[:1].upper() + text[1:]


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None or value == () or value == "":
        return "unset"
    if isinstance(value, bool):
        return code(str(value).lower())
    return "**required**" if value is PydanticUndefined else code(str(value))


def _description(field: FieldInfo) -> str:
    """Ends like a sentence, whatever the field's author preferred, with the limits that the type checks."""
    text = (field.description or "").rstrip(".")
    words = {"ge": "at least", "gt": "more than", "le": "at most"}
    limits = [
        f"{words[name]} {value}"
        for one in field.metadata
        for name in words
        if (value := getattr(one, name, None)) is not None
    ]
    return text[:1].upper() + text[1:] + (f" ({', '.join(limits)})" if limits else "") + "."
