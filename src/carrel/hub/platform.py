"""Where implementations are chosen and lifetimes nest: everything the hub is made of, opened in order."""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anyio import to_thread

from carrel.hub.settings import Settings
from carrel.kit.clock import Clock, SystemClock
from carrel.remote.agents import Agents
from carrel.runners.bubblewrap.runner import BubblewrapRunner
from carrel.runners.environment import environment_kernels
from carrel.services.access import Access
from carrel.services.accounts import Accounts
from carrel.services.administration import Administration
from carrel.services.always_running import AlwaysRunning
from carrel.services.audit import Audit
from carrel.services.auth_tokens import AuthTokens
from carrel.services.client_errors import ClientErrors
from carrel.services.collaborators import Collaborators
from carrel.services.copies import Copies
from carrel.services.copy_workers import CopyWorkers
from carrel.services.credentials import Credentials
from carrel.services.disk_watch import DiskWatch
from carrel.services.distributions import Distributions
from carrel.services.documents import Documents
from carrel.services.embed_sessions import EmbedSessions
from carrel.services.evaluation_pool import EvaluationPool
from carrel.services.evaluations import Evaluations
from carrel.services.execution import Execution
from carrel.services.fetching import Fetching
from carrel.services.files import Files
from carrel.services.housekeeping import Housekeeping
from carrel.services.idle_watch import IdleWatch
from carrel.services.kept_replies import KeptReplies
from carrel.services.keys import Keys
from carrel.services.latex import Latex
from carrel.services.lifecycle import Lifecycle
from carrel.services.mail import Mail
from carrel.services.mailed_links import MailedLinks
from carrel.services.messages import Messages
from carrel.services.organizations import Organizations
from carrel.services.password_checks import PasswordChecks
from carrel.services.passwords import Passwords
from carrel.services.project_log import ProjectLog
from carrel.services.projects import Projects
from carrel.services.public_paths import PublicPaths
from carrel.services.queries import Queries
from carrel.services.registration import Registration
from carrel.services.shares import Shares
from carrel.services.sign_up import SignUp
from carrel.services.site import Site
from carrel.services.snapshots import Snapshots
from carrel.services.uploads import Uploads
from carrel.services.web_sessions import WebSessions
from carrel.services.webhook_deliveries import WebhookDeliveries
from carrel.services.webhooks import Webhooks
from carrel.storage.copier import Copier
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Homes
from carrel.store.store import Store


class DataDirectoryBusy(Exception):
    """Another hub uses this data directory with SQLite, which allows one."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The services that need nothing but the database: what the command line works with while a hub runs."""

    given: Settings
    """As the operator has set them."""
    site: Site
    clock: Clock
    store: Store
    audit: Audit
    access: Access
    keys: Keys
    accounts: Accounts
    auth_tokens: AuthTokens
    embed_sessions: EmbedSessions
    web_sessions: WebSessions
    administration: Administration
    credentials: Credentials
    sign_up: SignUp
    mail: Mail
    client_errors: ClientErrors
    messages: Messages
    organizations: Organizations

    @property
    def settings(self) -> Settings:
        """As they are now, with what admins have changed."""
        return self.given.model_copy(update={"site": self.site.now, "iframe": self.site.iframe})


@dataclass(frozen=True, slots=True)
class Platform(Directory):
    """Everything that a procedure can reach."""

    kept_replies: KeptReplies
    homes: Homes
    lifecycle: Lifecycle
    disk_watch: DiskWatch
    projects: Projects
    project_log: ProjectLog
    collaborators: Collaborators
    execution: Execution
    fetching: Fetching
    latex: Latex
    evaluations: Evaluations
    documents: Documents
    files: Files
    uploads: Uploads
    public_paths: PublicPaths
    shares: Shares
    snapshots: Snapshots
    copies: Copies
    distributions: Distributions
    queries: Queries
    webhooks: Webhooks


@asynccontextmanager
async def open_directory(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Directory]:
    """The database and what works on it alone."""
    clock = clock or SystemClock()
    await to_thread.run_sync(_make_data_directory, settings.data.dir)
    async with Store.open(settings.database_url, settings.database.pool_size) as store:
        passwords = Passwords()
        mail = Mail(store, settings.mail, clock)
        site = Site(store, settings.site, settings.iframe)
        await site.refresh()
        keys = Keys(store, clock, site)
        links, checks = MailedLinks(mail, clock, site, settings.address), PasswordChecks(store, passwords)
        accounts = Accounts(store, keys, passwords, Registration(clock), links, clock, site)
        audit = Audit(store)
        access, auth_tokens = Access(store), AuthTokens(store, passwords, clock, settings.site)
        web_sessions = WebSessions(store, checks, auth_tokens, clock, site)
        messages = Messages(store, clock)
        yield Directory(
            given=settings,
            site=site,
            clock=clock,
            store=store,
            audit=audit,
            access=access,
            keys=keys,
            accounts=accounts,
            auth_tokens=auth_tokens,
            embed_sessions=EmbedSessions(store, auth_tokens, access, clock),
            web_sessions=web_sessions,
            administration=Administration(store, keys, links, web_sessions, clock),
            credentials=Credentials(store, passwords, checks, links, clock),
            sign_up=SignUp(accounts, passwords, web_sessions),
            mail=mail,
            client_errors=ClientErrors(store, clock),
            messages=messages,
            organizations=Organizations(store, accounts, auth_tokens, messages, clock),
        )
        await audit.flush()


@asynccontextmanager
async def open_platform(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Platform]:
    """The whole hub but its HTTP side. Raises `DataDirectoryBusy`, and what the parts raise when they cannot open."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        directory = await enter(open_directory(settings, clock))
        store, clock, access = directory.store, directory.clock, directory.access
        if alone := store.is_sqlite:
            stack.enter_context(only_hub(settings.data.dir))
        await enter(directory.mail)
        await enter(directory.site)
        homes, stored = Homes(settings.data), ProjectFiles(settings.data)
        runner = await enter(BubblewrapRunner(settings.runner, settings.data.dir))
        agents = await enter(Agents())
        lifecycle = await enter(Lifecycle(store, runner, agents, homes, clock, settings.projects))
        common_kernels = partial(environment_kernels, settings.runner.environment, settings.data.dir)
        projects = await enter(Projects(store, lifecycle, clock))
        documents = await enter(Documents(store, lifecycle, projects, clock))
        copier = await enter(Copier(homes))
        workers = await enter(CopyWorkers(store, copier, homes, clock, settings.copies, alone=alone))
        await enter(Housekeeping(store, homes, stored, clock))
        for watch in (IdleWatch, AlwaysRunning):
            await enter(watch(store, lifecycle, clock, settings.projects))
        await enter(WebhookDeliveries(store, settings.webhooks, clock))
        disk_watch = await enter(DiskWatch(store, homes, lifecycle, settings.projects))
        execution, files = Execution(lifecycle, projects, settings.projects), Files(homes, stored)
        pool = EvaluationPool(store, clock, settings.projects.evaluation_pool)
        yield Platform(
            **{name: getattr(directory, name) for name in Directory.__dataclass_fields__},
            kept_replies=KeptReplies(store, clock),
            homes=homes,
            lifecycle=lifecycle,
            disk_watch=disk_watch,
            projects=projects,
            project_log=ProjectLog(store),
            collaborators=Collaborators(store, directory.access, directory.mail, clock, directory.site),
            execution=execution,
            fetching=Fetching(execution),
            latex=Latex(files, execution, access, directory.auth_tokens, directory.embed_sessions),
            evaluations=Evaluations(store, access, lifecycle, projects, clock, common_kernels, pool, settings.projects),
            documents=documents,
            files=files,
            uploads=Uploads(homes, stored),
            public_paths=PublicPaths(store, homes, stored),
            shares=Shares(store, homes, stored),
            snapshots=Snapshots(store, access, documents, files, clock),
            copies=Copies(store, directory.access, workers, clock),
            distributions=Distributions(store, directory.access, workers, clock),
            webhooks=Webhooks(store, settings.webhooks, clock),
            queries=Queries(store, clock, projects, directory.administration, directory.messages, directory.site),
        )


def _make_data_directory(path: Path) -> None:
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o711)


@contextmanager
def only_hub(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the data directory; the kernel frees it when the process ends, however that comes."""
    _make_data_directory(data_dir)
    lock = os.open(data_dir / "hub.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DataDirectoryBusy(f"another Carrel serves {data_dir}; for several hubs use PostgreSQL") from error
    finally:
        os.close(lock)
