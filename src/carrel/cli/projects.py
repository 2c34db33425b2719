"""`carrel project`: create, list, start and stop projects.

Starting and stopping is the running hub's business: the command asks it over the HTTP API, with a key of the project
that lives for two minutes.
"""

import base64
import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import click
from anyio import to_thread

from carrel.cli.common import asynchronous, config_option, fail, json_option, settings_or_exit, show, table
from carrel.domain.ids import ProjectId
from carrel.hub.platform import Directory, open_directory
from carrel.hub.settings import HubSettings
from carrel.runners.base import Network
from carrel.services.projects import add_project

_ASK_SECONDS = 90


@click.group()
def project() -> None:
    """Create, list, start and stop projects."""


@project.command()
@click.argument("owner")
@click.option("--title", default="", help="Shown to people.")
@config_option
@json_option
@asynchronous
async def create(owner: str, title: str, config: Path | None, as_json: bool) -> None:
    """Create a project that belongs to OWNER (e-mail address or id)."""
    async with open_directory(settings_or_exit(config)) as directory:
        account = await directory.accounts.find(owner)
        async with directory.store.begin() as transaction:
            made = await add_project(transaction, account.account_id, title=title, at=directory.clock.now())
    show(as_json, {"project_id": made.project_id}, made.project_id)


@project.command("list")
@click.option("--of", "who", help="Only projects that this account (e-mail address or id) is on.")
@click.option("--limit", default=100, show_default=True, help="At most so many.")
@config_option
@json_option
@asynchronous
async def list_projects(who: str | None, limit: int, config: Path | None, as_json: bool) -> None:
    """List projects that are not deleted, newest first."""
    async with open_directory(settings_or_exit(config)) as directory:
        account = await directory.accounts.find(who) if who else None
        async with directory.store.read() as transaction:
            owner = account.account_id if account else None
            found = await transaction.projects.list_projects(owner=owner, limit=limit)
    data = [
        {"project_id": p.project_id, "number": p.number, "title": p.title, "state": p.state, "created": p.created}
        for p in found
    ]
    rows = [(p.project_id, p.state.value, str(p.number), p.title) for p in found]
    show(as_json, data, table(rows, ("ID", "STATE", "NUMBER", "TITLE"), empty="There are no projects yet."))


@project.command()
@click.argument("project_id")
@click.option("--memory-mb", "memory", type=click.IntRange(64), help="Memory of all its processes, and of /tmp.")
@click.option("--cores", type=click.FloatRange(0.01), help="Processor time, in cores.")
@click.option("--disk-mb", "disk_quota", type=click.IntRange(1), help="Size of its home directory.")
@click.option("--processes", type=click.IntRange(16), help="Processes and threads at the same time.")
@click.option(
    "--network", "network_policy", type=click.Choice([policy.value for policy in Network]), help="What it can reach."
)
@click.option("--idle-timeout-s", "mintime", type=click.FloatRange(0), help="Stopped after so long unused; 0: never.")
@click.option("--always-running/--not-always-running", default=None, help="Whether it runs, used or not.")
@config_option
@json_option
@asynchronous
async def limit(project_id: str, config: Path | None, as_json: bool, **limits: Any) -> None:
    """Show what a project may use, and set what is given; a project that runs has it from its next start."""
    async with open_directory(settings_or_exit(config)) as directory, directory.store.begin() as transaction:
        if await transaction.projects.find(project_id) is None:
            fail(f"there is no project {project_id}")
        given = {
            name: int(value) if value is True or value is False else value
            for name, value in limits.items()
            if value is not None
        }
        await transaction.projects.set_settings(ProjectId(project_id), given)
        found = await transaction.projects.find(project_id)
    quota = asdict(found.quota) if found else {}
    show(as_json, quota, "\n".join(f"{name}: {value}" for name, value in quota.items()))


@project.command()
@click.argument("project_id")
@config_option
@asynchronous
async def start(project_id: str, config: Path | None) -> None:
    """Start a project; returns when it runs."""
    await _ask_hub("start_project", project_id, config)
    click.echo(f"project {project_id} runs")


@project.command()
@click.argument("project_id")
@config_option
@asynchronous
async def stop(project_id: str, config: Path | None) -> None:
    """Stop a project: every process of it ends."""
    await _ask_hub("stop_project", project_id, config)
    click.echo(f"project {project_id} is stopped")


async def _ask_hub(event: str, project_id: str, config: Path | None) -> None:
    settings = settings_or_exit(config)
    async with open_directory(settings) as directory:
        key_id, secret = await _short_lived_key(directory, project_id)
        try:
            reply = await to_thread.run_sync(_post, settings.hub, event, project_id, secret)
        finally:
            await directory.keys.revoke(key_id)
    if reply.get("event") != "success":
        fail(str(reply.get("error", reply)))


async def _short_lived_key(directory: Directory, project_id: str) -> tuple[int, str]:
    async with directory.store.read() as transaction:
        found = await transaction.projects.find(project_id)
        owner = await transaction.collaborators.find_owner(project_id)
    if found is None or owner is None:
        fail(f"there is no project {project_id}")
    expire = directory.clock.now() + timedelta(minutes=2)
    key, secret = await directory.keys.issue(owner, "command line", project_id=found.project_id, expire=expire)
    return key.id, secret


def _post(hub: HubSettings, event: str, project_id: str, secret: str) -> dict[str, Any]:
    url = f"http://{hub.host}:{hub.port}{hub.base_path}/api/v1/{event}"
    credentials = base64.b64encode(f"{secret}:".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    request = Request(url, json.dumps({"project_id": project_id}).encode(), headers)
    try:
        with urlopen(request, timeout=_ASK_SECONDS) as response:  # noqa: S310
            reply: dict[str, Any] = json.load(response)
            return reply
    except HTTPError as error:
        return {"error": error.read().decode(errors="replace")}
    except (URLError, TimeoutError) as error:
        fail(f"no Carrel answers at {url} ({error}); start it with: carrel serve")
