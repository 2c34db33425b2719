"""Scopes of tokens and sessions as JSON; the widest one is NULL."""

from typing import Any

from carrel.domain.embed_sessions import EVERYTHING, Ability, EmbedScope


def scope_to_json(scope: EmbedScope) -> dict[str, Any] | None:
    if scope == EVERYTHING:
        return None
    return {
        "project_id": scope.project_id,
        "paths": scope.paths,
        "readonly": scope.readonly,
        "allow": sorted(scope.allow),
        "origins": scope.origins,
    }


def scope_from_json(value: dict[str, Any] | None) -> EmbedScope:
    if value is None:
        return EVERYTHING
    return EmbedScope(
        project_id=value["project_id"],
        paths=None if value["paths"] is None else tuple(value["paths"]),
        readonly=value["readonly"],
        allow=frozenset(map(Ability, value["allow"])),
        origins=None if value["origins"] is None else tuple(value["origins"]),
    )
