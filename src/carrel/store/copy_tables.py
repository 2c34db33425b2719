"""The tables of copies, and of distributions, which are made of copies."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from carrel.store.columns import JSON_VALUE, UUID_TEXT, UtcDateTime, flag
from carrel.store.tables import metadata, projects

copy_paths = Table(
    "copy_paths",
    metadata,
    Column("copy_path_id", UUID_TEXT, primary_key=True),
    Column("time", UtcDateTime, nullable=False),
    Column("requested_by", UUID_TEXT, nullable=False),
    Column("source_project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("source_path", Text, nullable=False),
    Column("target_project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("target_path", Text, nullable=False),
    flag("overwrite_newer"),
    flag("delete_missing"),
    flag("backup"),
    Column("exclude", JSON_VALUE),
    flag("exclude_history"),
    Column("timeout", Float),
    Column("bwlimit", String(64)),
    Column("scheduled", UtcDateTime),
    Column("started", UtcDateTime),
    Column("finished", UtcDateTime),
    Column("error", Text),
    Column("expire", UtcDateTime, nullable=False, index=True),
    Column("lease_owner", String(64)),
    Column("lease_expires", UtcDateTime),
    Column("distribution_id", UUID_TEXT),
    flag("keep_existing"),
    flag("unchanged"),
    Index(None, "distribution_id", "finished"),
    Index(None, "source_project_id", "time"),
    Index(None, "target_project_id", "time"),
    Index(
        "ix_copy_paths_unfinished_single",
        "time",
        sqlite_where=text("finished IS NULL AND distribution_id IS NULL"),
        postgresql_where=text("finished IS NULL AND distribution_id IS NULL"),
    ),
    Index(
        "ix_copy_paths_unfinished",
        "time",
        sqlite_where=text("finished IS NULL"),
        postgresql_where=text("finished IS NULL"),
    ),
)

distributions = Table(
    "distributions",
    metadata,
    Column("distribution_id", UUID_TEXT, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("path", Text, nullable=False),
    Column("target_path", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("refused", JSON_VALUE, nullable=False),
    Column("time", UtcDateTime, nullable=False),
    Column("requested_by", UUID_TEXT, nullable=False),
    Column("expire", UtcDateTime, nullable=False, index=True),
    Column("cancelled", UtcDateTime),
)
