"""Uploads: `PUT` adds a piece where the last one ended, and the last of all makes the file.

A piece that is cut off counts as far as it has come: one asks how far that is, and goes on from there.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from msgspec import Struct
from starlette.requests import Request

from carrel.domain.errors import DomainError
from carrel.domain.ids import is_uuid
from carrel.domain.uploads import OnConflict, Upload, UploadBusy, UploadInvalid
from carrel.hub.api.shell import Answer, Reply, answered
from carrel.hub.api.v2.operations import CREDENTIALS, PROJECT, REFUSALS
from carrel.hub.api.v2.procedure import V2, Procedures, V2Call, json_answer, refused
from carrel.hub.auditing import Trail, audited
from carrel.hub.auth.bearers import person_of_request
from carrel.hub.bodies import BodyRefused
from carrel.hub.call import Call
from carrel.hub.operations import Content, Operation, Parameter, Status
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.services.uploads import Piece

procedures = Procedures()

_PIECE_BYTES = 256_000_000
_BATCH_BYTES = 1 << 20
_SILENCE_SECONDS = 60


class PieceReply(Struct):
    """`offset`: bytes that have arrived. `path`: the file's, once it is whole."""

    offset: int
    path: str | None


_OPERATION = Operation(
    id="v2_uploads",
    method="put",
    path="/api/v2/uploads/{project_id}/{upload_id}",
    group="v2: files",
    about="Add a piece to a file that is uploaded, where the last one ended; the last of all makes the file.",
    access=RouteAccess.PERSON.value,
    credentials=CREDENTIALS[RouteAccess.PERSON],
    parameters=(
        PROJECT,
        Parameter("upload_id", "path", "Any UUID; that of the pieces of one file."),
        Parameter("path", "query", "The file's path below the home directory."),
        Parameter("size", "query", "The file's size in bytes.", int),
        Parameter("offset", "query", "Where in the file the piece begins, in bytes.", int),
        Parameter("conflict", "query", "What to do if there is something at that path.", OnConflict, required=False),
    ),
    body=Content(media_type="application/octet-stream"),
    statuses={200: Status("The piece has arrived.", Content((PieceReply,))), **REFUSALS},
)


class UploadParams(Struct):
    project_id: str
    upload_id: str
    path: str


class UploadStatus(Struct):
    """`offset`: bytes that have arrived. `exists`: something has that path already."""

    offset: int
    exists: bool


@procedures.post("/files/upload/status", access=RouteAccess.PERSON, only_reads=True)
async def upload_status(params: UploadParams, call: V2Call) -> UploadStatus:
    """How far an upload is, and so where it goes on."""
    (access,) = await call.platform.access.to_items(call.person, params.project_id, [params.path])
    return UploadStatus(*await call.platform.uploads.offset(access, params.upload_id))


@procedures.post("/files/upload/cancel", access=RouteAccess.PERSON)
async def cancel_upload(params: UploadParams, call: V2Call) -> None:
    """Forget what has arrived of an upload."""
    (access,) = await call.platform.access.to_items(call.person, params.project_id, [params.path])
    await call.platform.uploads.cancel(access, params.upload_id)


@dataclass
class _Body:
    """A request's body, as it arrives."""

    request: Request
    is_whole: bool = False

    async def part(self) -> bytes:
        """The next part. Raises `BodyRefused` if none comes."""
        with anyio.move_on_after(_SILENCE_SECONDS):
            message: Any = await self.request.receive()
            if message["type"] == "http.disconnect":
                raise BodyRefused(400, "the client went away")
            self.is_whole = not message.get("more_body", False)
            part: bytes = message.get("body", b"")
            return part
        raise BodyRefused(408, "nothing more of the request body has arrived")

    async def drain(self) -> None:
        """Take the rest: a browser tells its page what the answer is only when it has sent all."""
        with suppress(BodyRefused):
            while not self.is_whole:
                await self.part()


def uploads_route(v2: V2) -> CarrelRoute:
    async def put(request: Request) -> Reply:
        return await answered(v2.observer.watch("v2", "/uploads"), lambda _: _answer(request), refused)

    path = "/api/v2/uploads/{project_id}/{upload_id}"
    return CarrelRoute(path, put, methods=["PUT"], access=RouteAccess.PERSON, operations=lambda: [_OPERATION])


async def _answer(request: Request) -> Answer:
    body = _Body(request)
    try:
        return json_answer(200, await _receive(request, body))
    except DomainError as error:
        if not isinstance(error, UploadBusy):
            await body.drain()
        raise


async def _receive(request: Request, body: _Body) -> PieceReply:
    platform: Platform = request.state.platform
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _PIECE_BYTES:
        raise BodyRefused(413, f"a piece of an upload has at most {_PIECE_BYTES} bytes")
    principal = await person_of_request(request, platform)
    upload, offset = _described(request)
    project_id, client = request.path_params["project_id"], request.client
    trail = Trail(target_project_id=project_id if is_uuid(project_id) else None)
    call = Call(principal, platform, client.host if client else None, trail=trail)
    async with audited("v2/uploads", None, call):
        (access,) = await platform.access.to_items(principal, project_id, [upload.path])
        async with platform.uploads.receive(access, upload, offset) as piece:
            await _copy(body, piece)
            path = await piece.finish()
        trail.only_reads = path is None  # the row is of the file, not of each of its pieces
    return PieceReply(path=path, offset=piece.offset)


def _described(request: Request) -> tuple[Upload, int]:
    query, id_ = request.query_params, request.path_params["upload_id"]
    try:
        size_bytes, offset = int(query["size"]), int(query["offset"])
        return Upload(id_, query["path"], size_bytes, OnConflict(query.get("conflict", "refuse"))), offset
    except (KeyError, ValueError) as error:
        raise UploadInvalid("an upload has a path, a size, an offset and perhaps what to do on a conflict") from error


async def _copy(body: _Body, piece: Piece) -> None:
    """Write what arrives, some at a time, while more arrives; what has arrived is written also if no more does."""
    full, batches = anyio.create_memory_object_stream[list[bytes]]()
    problem: BodyRefused | UploadInvalid | None = None
    try:
        with batches:
            async with anyio.create_task_group() as tasks, full:
                tasks.start_soon(_write, batches, piece)
                try:
                    await _collect(body, full, piece.missing_bytes)
                except (BodyRefused, UploadInvalid) as error:
                    problem = error  # if it left the block, it would end the writing
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    if problem is not None:
        raise problem


async def _collect(body: _Body, full: MemoryObjectSendStream[list[bytes]], missing_bytes: int) -> None:
    parts: list[bytes] = []
    held = 0
    try:
        while not body.is_whole:
            part = await body.part()
            missing_bytes -= len(part)
            if missing_bytes < 0:
                raise UploadInvalid("more bytes have arrived than the file has")
            parts.append(part)
            held += len(part)
            if held >= _BATCH_BYTES:
                await full.send(parts)
                parts, held = [], 0
    finally:
        if parts:
            await full.send(parts)


async def _write(batches: MemoryObjectReceiveStream[list[bytes]], piece: Piece) -> None:
    async for parts in batches:
        await piece.write(parts)
