"""What `carrel demo` finds or makes in its data directory: accounts, a key, projects, notebooks."""

import os
from dataclasses import dataclass
from pathlib import Path

import anyio
import msgspec

from carrel.cli.demo_notebook import LESSON, NOTEBOOK, NOTES
from carrel.domain.principals import AccountPrincipal
from carrel.hub.platform import Platform, open_platform
from carrel.hub.settings import Settings
from carrel.kit.secrets import random_text
from carrel.services.accounts import AccountDraft

NOTEBOOK_PATH = "cocalc-api/api-demo.ipynb"
LESSON_PATH = "waves.ipynb"
NOTES_PATH = "notes.md"
EMAIL = "admin@example.com"
STUDENT = "sam@example.com"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the demo has made; the key itself is only in its file."""

    account_id: str
    template_id: str
    student_id: str
    student_account_id: str
    password: str
    """With which both accounts sign in."""


async def seed(settings: Settings) -> Seeded:
    """Fill an empty directory; an earlier demo's is taken as it is."""
    record = anyio.Path(settings.data.dir / "demo.json")
    if await record.exists():
        return msgspec.json.decode(await record.read_bytes(), type=Seeded)
    async with open_platform(settings) as platform:
        seeded = await _fill(platform, settings.data.dir / "api.key")
    await record.write_bytes(msgspec.json.encode(seeded))
    await record.chmod(0o600)
    return seeded


async def _fill(platform: Platform, key_file: Path) -> Seeded:
    password = random_text(12)
    admin, secret = await platform.accounts.create(None, _person("Demo", "Admin", EMAIL, password), with_key=True)
    await platform.accounts.set_admin(admin, True)
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secret}\n")
    student, _ = await platform.accounts.create(None, _person("Sam", "Student", STUDENT, password), with_key=False)
    template = await platform.projects.create(admin.account_id, title="Course template")
    work = await platform.projects.create(student.account_id, title="Student project")
    caller = AccountPrincipal(admin.account_id, is_admin=True)
    for project, path, content in (
        (template, NOTEBOOK_PATH, NOTEBOOK),
        (work, LESSON_PATH, LESSON),
        (work, NOTES_PATH, NOTES),
    ):
        await platform.files.write_text(await platform.access.to(caller, project.project_id), path, content)
    return Seeded(admin.account_id, template.project_id, work.project_id, student.account_id, password)


def _person(first_name: str, last_name: str, address: str, password: str) -> AccountDraft:
    return AccountDraft(first_name, last_name, address, password, agreed_to_terms=True)
