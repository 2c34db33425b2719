"""`carrel serve`: the hub as a process."""

import gc
import signal
import socket
import sys
from pathlib import Path

import click
import structlog
import uvicorn

from carrel.cli.common import config_option, fail, settings_or_exit
from carrel.cli.logs import configure_logging
from carrel.hub.app import create_app
from carrel.hub.live.fragments import BoundedSocket
from carrel.hub.live.messages import MESSAGE_BYTES
from carrel.hub.platform import DataDirectoryBusy, only_hub
from carrel.hub.settings import Settings
from carrel.runners.bubblewrap.checks import check_environment
from carrel.store.engines import driver_url

log = structlog.get_logger()

_OBJECTS_BETWEEN_COLLECTIONS = 5_000  # Python's own is 700
_SHUTDOWN_SECONDS = 20
_KEEP_ALIVE_SECONDS = 75  # longer than the usual reverse proxy keeps an idle connection, so that it closes first


@click.command()
@click.option("--host", help="Address to listen on (setting hub.host).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (setting hub.port).")
@config_option
def serve(host: str | None, port: int | None, config: Path | None) -> None:
    """Serve until stopped. Projects that run go on when it stops; the next serve goes on with them."""
    settings = settings_or_exit(config)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    if given:
        settings = settings.model_copy(update={"hub": settings.hub.model_copy(update=given)})
    listener = listen(settings)
    configure_logging(settings.hub.log_format)
    address = url_of(settings, listener)
    log.info("hub_starting", url=address, data_dir=str(settings.data.dir))
    run(settings, listener)


def listen(settings: Settings) -> socket.socket:
    """The listening socket; a taken port ends the command with a line that says so."""
    host, port = settings.hub.host, settings.hub.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        fail(
            f"cannot listen on {host}:{port}: {error.strerror or error}. Choose another with --port or CARREL_HUB_PORT"
        )


def url_of(settings: Settings, listener: socket.socket) -> str:
    host = settings.hub.host
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{settings.hub.base_path}"


def run(settings: Settings, listener: socket.socket) -> None:
    """Serve on the socket until a signal comes; exits with 1 when the hub could not start."""
    if driver_url(settings.database_url).get_backend_name() == "sqlite":
        try:
            with only_hub(settings.data.dir):
                pass
        except DataDirectoryBusy as error:
            fail(str(error))
    _warn_of_missing_environment(settings)
    config = uvicorn.Config(
        create_app(settings),
        loop="uvloop",
        http="httptools",
        ws=BoundedSocket,
        ws_max_size=MESSAGE_BYTES,
        ws_per_message_deflate=False,  # a few bytes could become gigabytes, and idle pages would cost memory
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.hub.trusted_proxies,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = _Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _already_handled)
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(1)


class _Server(uvicorn.Server):
    """Keeps what a started hub consists of out of garbage collections, which would go through it again and again, and
    has them less often: a request makes hundreds of objects, of which none is left when it is answered."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _warn_of_missing_environment(settings: Settings) -> None:
    """Notebooks without kernels are no failure of the server, but nobody wants them."""
    check = check_environment(settings.runner, settings.data.dir)
    if not check.ok:
        log.warning("notebooks_have_no_kernels", reason=check.detail, mend=check.mend)


def _already_handled(_number: int, _frame: object) -> None:
    """uvicorn raises a signal again after it has shut down; the command then still has to tidy up and to end well."""
