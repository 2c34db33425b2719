"""The document: every operation with its request and replies, and the schemas and credentials that they refer to."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from carrel import __version__
from carrel.hub.api.openapi.schemas import Schemas
from carrel.hub.operations import Content, Credential, Operation, Parameter, Status

_ABOUT = """\
Every call that programs and pages can make. Version 1 and the RPC endpoints are what clients of the compatible product
call; in version 2 are the site's own pages' calls too. What is not said here, such as forms in place of JSON, is in the
documentation of Carrel. The live channel is a WebSocket, and not in this document.

Paths with a `#` are functions of one RPC endpoint: the fragment is not sent, and `name` in the body says which it is.
"""
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_SHARED, _PARAMETERS = "#/components/responses/", "#/components/parameters/"
_SCHEMES: Mapping[Credential, dict[str, str]] = {
    Credential.KEY: {
        "type": "http",
        "scheme": "basic",
        "description": "An API key of an account or a project as user name; the password is empty.",
    },
    Credential.KEY_AS_BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of an account or a project.",
    },
    Credential.EMBED: {
        "type": "http",
        "scheme": "bearer",
        "description": "The bearer of an embed session, within the limits of its scope.",
    },
    Credential.BROWSER: {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-carrel-session",
        "description": "A browser in which somebody has signed in. It counts only for pages of this site, by `Origin`.",
    },
}


def document(operations: Iterable[Operation], base_path: str) -> dict[str, Any]:
    """The document of these operations, served below that path."""
    operations = sorted(operations, key=lambda operation: (operation.group, operation.path, operation.method))
    schemas = Schemas(dict.fromkeys(type_ for operation in operations for type_ in _types(operation)))
    paths: dict[str, Any] = {}
    for operation in operations:
        methods = paths.setdefault(operation.path, {})
        if operation.method in methods:
            raise ValueError(f"{operation.method} {operation.path} is described twice")
        methods[operation.method] = _operation(operation, schemas)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Carrel",
            "version": __version__,
            "summary": "Live compute for web sites",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_path or "/"}],
        "tags": [{"name": group} for group in dict.fromkeys(operation.group for operation in operations)],
        "paths": paths,
        "components": {
            "responses": {
                answer.name: _response(answer, schemas)
                for operation in operations
                for _, answer in sorted(operation.statuses.items())
                if answer.name
            },
            "parameters": {
                parameter.id: _parameter(parameter, schemas)
                for operation in operations
                for parameter in operation.parameters
                if parameter.id
            },
            "schemas": dict(sorted(schemas.components.items())),
            "securitySchemes": {credential.value: scheme for credential, scheme in _SCHEMES.items()},
        },
    }


def _types(operation: Operation) -> Iterable[Any]:
    contents = [operation.body, *(answer.content for answer in operation.statuses.values())]
    yield from (type_ for content in contents if content is not None for type_ in content.types)
    yield from (parameter.type for parameter in operation.parameters)


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": _first_sentence(operation.about),
        "description": f"{operation.about}\n\nWho may call it: {operation.access}.",
        "security": [
            *([{}] if operation.is_open else []),
            *({credential.value: []} for credential in operation.credentials),
        ],
        "responses": {
            str(status): {"$ref": f"{_SHARED}{answer.name}"} if answer.name else _response(answer, schemas)
            for status, answer in sorted(operation.statuses.items())
        },
    }
    if operation.parameters:
        described["parameters"] = [
            {"$ref": f"{_PARAMETERS}{parameter.id}"} if parameter.id else _parameter(parameter, schemas)
            for parameter in operation.parameters
        ]
    if operation.body is not None:
        required = any(_has_required(type_) for type_ in operation.body.types)
        content = _content(operation.body, schemas) if operation.body.types else {operation.body.media_type: _BYTES}
        described["requestBody"] = {"required": required, "content": content}
    return described


def _response(answer: Status, schemas: Schemas) -> dict[str, Any]:
    content = {} if answer.content is None else {"content": _content(answer.content, schemas)}
    return {"description": answer.meaning, **content}


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.?]) |\n\n", text, maxsplit=1)[0].replace("\n", " ").removesuffix(".")


def _parameter(parameter: Parameter, schemas: Schemas) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.meaning,
        "required": parameter.required,
        "schema": schemas.of(parameter.type),
    }


def _content(content: Content, schemas: Schemas) -> dict[str, Any]:
    found = [schemas.of(type_) for type_ in content.types]
    if not found:
        return {content.media_type: {}}
    return {content.media_type: {"schema": found[0] if len(found) == 1 else {"anyOf": found}}}


def _has_required(type_: Any) -> bool:
    return not (isinstance(type_, type) and issubclass(type_, Struct) and not _required(type_))


def _required(struct: type[Struct]) -> bool:
    return len(struct.__struct_fields__) > len(struct.__struct_defaults__)
