"""What is public of projects."""

from collections.abc import Mapping
from dataclasses import replace

from carrel.services.queries.fields import AVATAR, FLAG, ID, TEXT, TIME, WHOLE, Field, text
from carrel.services.queries.table import Rows, Table, Target, Writing, names

FIELDS: Mapping[str, Field] = {
    "id": text(40),
    "project_id": ID,
    "path": text(4096),
    "name": text(100),
    "url": TEXT,
    "description": TEXT,
    "image": AVATAR,
    "disabled": FLAG,
    "unlisted": FLAG,
    "authenticated": FLAG,
    "license": TEXT,
    "last_edited": TIME,
    "created": TIME,
    "last_saved": TIME,
    "counter": WHOLE,
    "compute_image": text(254, "default"),
    "site_license_id": TEXT,
    "cross_origin_isolation": FLAG,
    "redirect": TEXT,
    "jupyter_api": FLAG,
}

PUBLIC_PATHS = Table(
    "public_paths",
    "The public paths of a project. A path is published by setting it, and not public any more with `disabled`.",
    source="public_paths",
    key="id",
    fields=FIELDS,
    rows=Rows.PUBLIC_OF_ONE_PROJECT,
    readable=frozenset(FIELDS),
    writing=Writing(Target.ROW_OF_PROJECT, frozenset(FIELDS) - names("url last_saved counter")),
    anonymous=True,
    project_key=True,
)
PUBLIC_PATHS_BY_ID = replace(
    PUBLIC_PATHS,
    name="public_paths_by_id",
    summary="One public path.",
    rows=Rows.PUBLIC_BY_ID,
    writing=None,
)
ALL_PUBLIC_PATHS = replace(
    PUBLIC_PATHS,
    name="all_public_paths",
    summary="The public paths of all the caller's projects.",
    rows=Rows.MY_PROJECTS,
    readable=names(
        "id project_id path name description disabled unlisted authenticated license last_edited created last_saved "
        "counter compute_image"
    ),
    writing=None,
    anonymous=False,
)

TABLES = (PUBLIC_PATHS, PUBLIC_PATHS_BY_ID, ALL_PUBLIC_PATHS)
