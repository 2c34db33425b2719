"""The settings of the site."""

from collections.abc import Mapping
from dataclasses import replace

from carrel.services.queries.fields import FLAG, Field, Kind, text
from carrel.services.queries.table import Rows, Table, Target, Writing, names

FIELDS: Mapping[str, Field] = {"name": text(64), "value": Field(Kind.ANY), "readonly": FLAG}

SITE_SETTINGS = Table(
    "site_settings",
    "The settings of the site, which can be looked up by `name` or all together.",
    source="site_settings",
    key="name",
    fields=FIELDS,
    rows=Rows.SETTINGS,
    readable=frozenset(FIELDS),
    writing=Writing(Target.SETTING, names("name value")),
    admin=True,
)
SERVER_SETTINGS = replace(SITE_SETTINGS, name="server_settings", summary="The same under another name.")

TABLES = (SITE_SETTINGS, SERVER_SETTINGS)
