"""Documents that LaTeX makes: compiled by the project, and handed over by a link that needs no key."""

from dataclasses import dataclass
from datetime import timedelta
from posixpath import basename, dirname
from shlex import quote

from carrel.domain.embed_sessions import Ability, EmbedScope
from carrel.domain.errors import DomainError
from carrel.domain.execution import ExecResult, ExecSpec
from carrel.domain.files import FileMissing
from carrel.domain.principals import AccountPrincipal, EmbedPrincipal
from carrel.domain.projects import ProjectAccess
from carrel.services.access import Access
from carrel.services.auth_tokens import AuthTokens
from carrel.services.embed_sessions import EmbedSessions, FileLink
from carrel.services.execution import Execution
from carrel.services.files import Files

_COMMAND = "latexmk -pdf -interaction=nonstopmode -halt-on-error"
_SOURCE = ".tex"


class NotLatex(DomainError):
    code = "not-latex"

    def __init__(self) -> None:
        super().__init__("path must end with .tex")


@dataclass(frozen=True, slots=True)
class Latex:
    files: Files
    execution: Execution
    access: Access
    auth_tokens: AuthTokens
    embed_sessions: EmbedSessions

    async def compile(
        self, access: ProjectAccess, path: str, content: str | None, *, command: str | None, timeout_seconds: float
    ) -> ExecResult:
        """Run LaTeX, or a shell command of one's own, in the directory of a `.tex` file, which may be written first."""
        pdf_of(path)
        if content is not None:
            await self.files.write_text(access, path, content)
        script = command or f"{_COMMAND} {quote(basename(path))}"
        spec = ExecSpec(script=script, directory=dirname(path), timeout_seconds=timeout_seconds)
        return await self.execution.run(access, spec)

    async def link(
        self, caller: AccountPrincipal, project: ProjectAccess, path: str, life: timedelta
    ) -> FileLink | None:
        """A link to what was made of a `.tex` file; `None` if nothing was."""
        pdf = pdf_of(path)
        access = await self.access.to_file(caller, project.project_id, pdf)
        try:
            (await self.files.open(access)).close()
        except FileMissing:
            return None
        scope = EmbedScope(project.project.project_id, (access.path,), readonly=True, allow=frozenset({Ability.EXPORT}))
        token = await self.auth_tokens.issue_scoped(caller, caller.account_id, scope, life=life, single_use=True)
        session = (await self.embed_sessions.open(token, project.project_id, access.path)).session
        reader = EmbedPrincipal(session.eid, session.account_id, session.scope)
        return await self.embed_sessions.sign(reader, access, life)


def pdf_of(path: str) -> str:
    """What LaTeX makes of a file. Raises `NotLatex`."""
    if not path.endswith(_SOURCE):
        raise NotLatex
    return path.removesuffix(_SOURCE) + ".pdf"
