"""Documents that LaTeX makes, for programs of the compatible product."""

from datetime import timedelta

from msgspec import Struct

from carrel.domain.projects import ProjectAccess
from carrel.hub.api.v1.execution import ExecOutput, Executed
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.files import address_of
from carrel.hub.api.v2.inside_projects import NOT_COLLABORATOR
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.api.v2.projects import newest_or_new, refusals
from carrel.hub.routes import RouteAccess
from carrel.services.latex import pdf_of

procedures = CompatibleProcedures()

_LONGEST_LIFE = 43_200


class LatexParams(Struct):
    """`ttl`: seconds for which the link works; `command`: shell text in place of LaTeX."""

    path: str
    content: str | None = None
    project_id: str | None = None
    command: str | None = None
    timeout: float = 30
    ttl: float = 3600
    only_read_pdf: bool = False


class LatexReply(Struct):
    """`compile`: what LaTeX said. `url` and `pdf`: the link and the path, null if there is no PDF."""

    compile: Executed | None
    url: str | None
    pdf: str | None


@procedures.post("/latex", access=RouteAccess.ACCOUNT, texts=refusals(NOT_COLLABORATOR))
async def latex(params: LatexParams, call: V2Call) -> LatexReply:
    """Run LaTeX on a file of a project, or of one's newest; `url` leads to its PDF without a key."""
    service, access = call.platform.latex, await _project(params, call)
    compiled = None
    if not params.only_read_pdf:
        result = await service.compile(
            access, params.path, params.content, command=params.command, timeout_seconds=max(1, params.timeout)
        )
        compiled = ExecOutput.of(result).plain()
    life = timedelta(seconds=max(1, min(params.ttl, _LONGEST_LIFE)))
    link = await service.link(call.account, access, params.path, life)
    url = None if link is None else call.platform.settings.address + address_of(link)
    return LatexReply(compiled, url, None if link is None else pdf_of(params.path))


async def _project(params: LatexParams, call: V2Call) -> ProjectAccess:
    project_id = params.project_id or (await newest_or_new(call))[0].project_id
    return await call.access(project_id)
