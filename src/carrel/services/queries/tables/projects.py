"""Projects: those that the caller is on, with and without limits, and all of them for admins."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from carrel.domain.projects import Quota
from carrel.domain.queries import Order
from carrel.services.queries.fields import AVATAR, FLAG, ID, MAP, TEXT, TIME, UNSET, WHOLE, Field, Kind, text
from carrel.services.queries.table import Rows, Table, Target, Writing, names

_QUOTA = Quota()
_SETTINGS = {
    "disk_quota": _QUOTA.disk_mb,
    "cores": _QUOTA.cores,
    "cpu_shares": 0,
    "memory": _QUOTA.memory_mb,
    "memory_request": 0,
    "mintime": 1800,
    "network": 0,
    "member_host": 0,
    "ephemeral_state": 0,
    "ephemeral_disk": 0,
    "always_running": 0,
}
FIELDS: Mapping[str, Field] = {
    "project_id": ID,
    "name": text(100),
    "title": text(default=""),
    "description": text(default=""),
    "users": Field(Kind.PEOPLE, {}),
    "invite": MAP,
    "invite_requests": MAP,
    "deleted": FLAG,
    "host": MAP,
    "settings": Field(Kind.MAP, _SETTINGS),
    "run_quota": MAP,
    "site_license": MAP,
    "status": MAP,
    "state": MAP,
    "last_edited": TIME,
    "last_active": MAP,
    "action_request": MAP,
    "course": MAP,
    "compute_image": text(254, "default"),
    "created": TIME,
    "ephemeral": WHOLE,
    "env": MAP,
    "sandbox": FLAG,
    "manage_users_owner_only": FLAG,
    "avatar_image_tiny": AVATAR,
    "avatar_image_full": AVATAR,
    "color": text(64),
    "pay_as_you_go_quotas": MAP,
    "notes": TEXT,
    "secret_token": UNSET,
}

PROJECTS = Table(
    "projects",
    "The caller's projects of late.",
    source="projects",
    key="project_id",
    fields=FIELDS,
    rows=Rows.MY_PROJECTS,
    readable=frozenset(FIELDS) - {"notes", "avatar_image_full"},
    writing=Writing(
        Target.PROJECT,
        names(
            "project_id title name description deleted users invite_requests action_request compute_image site_license "
            "env sandbox avatar_image_tiny avatar_image_full color manage_users_owner_only"
        ),
        owner=names("name manage_users_owner_only"),
        project_key=names("project_id title description color avatar_image_tiny avatar_image_full"),
    ),
    order=Order("last_edited", descending=True),
    limit=300,
    max_age=timedelta(weeks=6),
    project_key=True,
)
PROJECTS_ALL = replace(
    PROJECTS, name="projects_all", summary="The caller's projects, however old they are.", limit=None, max_age=None
)
CRM_PROJECTS = replace(
    PROJECTS,
    name="crm_projects",
    summary="All projects, with notes about them.",
    rows=Rows.ALL,
    readable=PROJECTS.readable | {"notes"},
    writing=Writing(Target.PROJECT, names("project_id title name description deleted notes")),
    max_age=None,
    project_key=False,
    admin=True,
)
PROJECTS_ADMIN = replace(
    CRM_PROJECTS, name="projects_admin", summary="All projects.", readable=PROJECTS.readable, writing=None
)
PROJECTS_OWNER = replace(
    PROJECTS,
    name="projects_owner",
    summary="What only the owners of a project set.",
    rows=None,
    readable=frozenset(),
    writing=Writing(Target.PROJECT, names("project_id course"), owner=names("course")),
    project_key=False,
)
PROJECT_AVATAR_IMAGES = replace(
    PROJECTS,
    name="project_avatar_images",
    summary="The large pictures of projects.",
    readable=names("project_id avatar_image_full"),
    writing=None,
    max_age=None,
)
PUBLIC_PROJECTS = replace(
    PROJECTS,
    name="public_projects",
    summary="What everybody may know of a project of which something is public.",
    rows=Rows.PUBLIC_PROJECT,
    readable=names("project_id title description name"),
    writing=None,
    max_age=None,
    anonymous=True,
)

TABLES = (
    PROJECTS,
    PROJECTS_ALL,
    PROJECTS_ADMIN,
    CRM_PROJECTS,
    PROJECTS_OWNER,
    PROJECT_AVATAR_IMAGES,
    PUBLIC_PROJECTS,
)
