"""`carrel demo`: a Carrel to try, with an admin, a key, two projects, and a course site that embeds a notebook."""

import shutil
import tempfile
from pathlib import Path
from socket import socket

import anyio
import click

from carrel.cli.common import settings_or_exit
from carrel.cli.demo_seed import EMAIL, LESSON_PATH, NOTEBOOK_PATH, NOTES_PATH, STUDENT, Seeded, seed
from carrel.cli.demo_site import Course, serving
from carrel.cli.logs import configure_logging
from carrel.cli.serve import listen, run, url_of
from carrel.hub.platform import open_platform
from carrel.hub.settings import Settings


@click.command()
@click.option(
    "--data",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory to keep the demo in; without it a temporary one that is removed at the end.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65534),
    default=8000,
    show_default=True,
    help="Port to listen on; the course site takes the next one. 0: any two free ones.",
)
def demo(data_dir: Path | None, host: str, port: int) -> None:
    """Make an admin account, its key, two projects and notebooks; serve them and a site that embeds them."""
    place = data_dir or Path(tempfile.mkdtemp(prefix="carrel-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o711)
    settings = settings_or_exit(None, data={"dir": place}, hub={"host": host, "port": port}, dev=True)
    beside = settings.model_copy(update={"hub": settings.hub.model_copy(update={"port": port and port + 1})})
    listener, site_listener = listen(settings), listen(beside)
    configure_logging("text")
    try:
        seeded = anyio.run(seed, settings)
        course = _course(url_of(settings, listener), place / "api.key", seeded)
        click.echo(_welcome(course, site_listener, seeded))
        with serving(course, site_listener):
            run(settings, listener)
    finally:
        anyio.run(_stop_all, settings)
        if data_dir is None:
            shutil.rmtree(place, ignore_errors=True)


def _course(url: str, key_file: Path, seeded: Seeded) -> Course:
    return Course(url, key_file, seeded.student_account_id, seeded.student_id, LESSON_PATH, NOTES_PATH)


async def _stop_all(settings: Settings) -> None:
    async with open_platform(settings) as platform:
        for sandbox in platform.lifecycle.sandboxes:
            await platform.lifecycle.stop(sandbox.project_id)


def _welcome(course: Course, site_listener: socket, seeded: Seeded) -> str:
    url, key_file = course.server, course.key_file
    return f"""
Open this         http://localhost:{site_listener.getsockname()[1]}   (a course page with a notebook in it)

Carrel is at      {url}   (sign in as {EMAIL} or {STUDENT}, password {seeded.password})
API key           {key_file}
template project  {seeded.template_id}   (it contains {NOTEBOOK_PATH})
student project   {seeded.student_id}   (it contains {LESSON_PATH})

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
