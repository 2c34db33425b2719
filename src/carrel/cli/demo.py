"""`carrel demo`: a Carrel to try, with an admin, a key, two projects and a notebook."""

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import anyio
import click

from carrel.cli.common import settings_or_exit
from carrel.cli.demo_notebook import NOTEBOOK
from carrel.cli.logs import configure_logging
from carrel.cli.serve import listen, run, url_of
from carrel.domain.principals import AccountPrincipal
from carrel.hub.platform import Platform, open_platform
from carrel.hub.settings import Settings
from carrel.kit.secrets import random_text
from carrel.services.accounts import AccountDraft

NOTEBOOK_PATH = "cocalc-api/api-demo.ipynb"
EMAIL = "admin@example.com"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the demo has made; the key itself is only in its file."""

    account_id: str
    template_id: str
    student_id: str


@click.command()
@click.option(
    "--data",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory to keep the demo in; without it a temporary one that is removed at the end.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on; 0: any free one."
)
def demo(data_dir: Path | None, host: str, port: int) -> None:
    """Make an admin account, its key, two projects and a notebook; serve them and print what to try."""
    place = data_dir or Path(tempfile.mkdtemp(prefix="carrel-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o711)
    settings = settings_or_exit(None, data={"dir": place}, hub={"host": host, "port": port})
    listener = listen(settings)
    configure_logging("text")
    try:
        seeded = anyio.run(_seed, settings)
        click.echo(_welcome(url_of(settings, listener), place / "api.key", seeded))
        run(settings, listener)
    finally:
        anyio.run(_stop_all, settings)
        if data_dir is None:
            shutil.rmtree(place, ignore_errors=True)


async def _seed(settings: Settings) -> Seeded:
    """Fill an empty directory; an earlier demo's is taken as it is."""
    record = settings.data.dir / "demo.json"
    if await anyio.Path(record).exists():
        return Seeded(**json.loads(await anyio.Path(record).read_text()))
    async with open_platform(settings) as platform:
        seeded = await _fill(platform, settings.data.dir / "api.key")
    await anyio.Path(record).write_text(
        json.dumps({name: getattr(seeded, name) for name in Seeded.__dataclass_fields__})
    )
    return seeded


async def _fill(platform: Platform, key_file: Path) -> Seeded:
    draft = AccountDraft("Demo", "Admin", EMAIL, random_text(20), agreed_to_terms=True)
    account, secret = await platform.accounts.create(None, draft, with_key=True)
    await platform.accounts.set_admin(account, True)
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secret}\n")
    template = await platform.projects.create(account.account_id, title="Course template")
    student = await platform.projects.create(account.account_id, title="Student project")
    access = await platform.access.to(AccountPrincipal(account.account_id, True), template.project_id)
    await platform.files.write_text(access, NOTEBOOK_PATH, NOTEBOOK)
    return Seeded(account.account_id, template.project_id, student.project_id)


async def _stop_all(settings: Settings) -> None:
    async with open_platform(settings) as platform:
        for sandbox in platform.lifecycle.sandboxes:
            await platform.lifecycle.stop(sandbox.project_id)


def _welcome(url: str, key_file: Path, seeded: Seeded) -> str:
    return f"""
Carrel is at      {url}
API key           {key_file}
template project  {seeded.template_id}   (it contains {NOTEBOOK_PATH})
student project   {seeded.student_id}

Try it in another shell:

  cd {key_file.parent}
  curl -X POST -u "$(cat api.key):" {url}/api/v1/ping
  curl -u "$(cat api.key):" {url}/api/v1/project_exec \\
       -d project_id={seeded.template_id} -d command='python3 --version; ls -R'
  curl -u "$(cat api.key):" {url}/api/v1/copy_path_between_projects \\
       -d src_project_id={seeded.template_id} -d src_path={NOTEBOOK_PATH} \\
       -d target_project_id={seeded.student_id}

Stop it with Ctrl-C.
"""
