"""What Carrel needs of its machine, as `carrel doctor` and the admins' page show it."""

import shutil

from anyio import to_thread

from carrel.hub.settings import Settings
from carrel.runners.bubblewrap.checks import CHECKS, Check
from carrel.store.engines import driver_url, open_engines
from carrel.store.migrate import head_revision, schema_revision


async def all_checks(settings: Settings) -> list[Check]:
    """Programs, disk, database, then what sandboxes need."""
    checks = [_rsync(), _disk(settings), await _database(settings)]
    return checks + await to_thread.run_sync(lambda: [check(settings.runner, settings.data.dir) for check in CHECKS])


def _rsync() -> Check:
    path = shutil.which("rsync")
    return Check("rsync", path is not None, path or "not found", "apt-get install rsync")


def _disk(settings: Settings) -> Check:
    place = settings.data.dir.absolute()
    while not place.exists():
        place = place.parent
    free_mb = shutil.disk_usage(place).free // 1_000_000
    ok = free_mb > settings.data.reserve_mb
    return Check("disk", ok, f"{free_mb} MB free at {place}", "free some space, or put CARREL_DATA_DIR elsewhere")


async def _database(settings: Settings) -> Check:
    mend = "check CARREL_DATABASE_URL and that the database is running; then: carrel migrate"
    if not settings.data.dir.exists() and settings.database.url is None:
        return Check("database", True, "will be made when Carrel first starts", mend)
    try:
        reader, writer = open_engines(driver_url(settings.database_url), 1)
        try:
            revision = await schema_revision(reader)
        finally:
            await reader.dispose()
            await writer.dispose()
    except Exception as error:  # noqa: BLE001 - whatever the driver says is the finding
        return Check("database", False, f"{type(error).__name__}: {error}", mend)
    return Check("database", revision in (None, head_revision()), f"schema {revision or 'empty'}", mend)
