"""Domain errors on the wire: the one place that knows which text and status a dialect gives them."""

from carrel.domain.accounts import OnlyTheAccountItself
from carrel.domain.distributions import DistributionNotFound
from carrel.domain.embed_sessions import (
    AbilityMissing,
    AccountNotAvailable,
    AuthTokenUnknown,
    EmbedRefused,
    EmbedSessionUnknown,
    NotAvailableInEmbed,
    TooManyAttempts,
)
from carrel.domain.errors import (
    AdminRequired,
    DomainError,
    MultiResponseUnsupported,
    NotAvailableWithProjectKey,
    Overloaded,
)
from carrel.domain.files import FileExists, FileMissing, FileRefused, FileTooLarge, IsDirectory, PathEscapes
from carrel.domain.kept_replies import CallUnfinished, IdempotencyKeyReused, ReplyNotKept, TooManyKeptReplies
from carrel.domain.keys import AccountBanned, KeyUnknown
from carrel.domain.projects import PermissionMissing, StartFailed
from carrel.domain.shares import SharedFileMissing, ShareMissing
from carrel.domain.snapshots import DocumentNotSaved, SnapshotNotFound
from carrel.domain.uploads import UploadBusy, UploadOffsetWrong
from carrel.domain.web_sessions import SignInRequired, TooManySignIns
from carrel.domain.webhooks import WebhookNotFound
from carrel.services.attempts import TooManyRequests
from carrel.services.public_paths import NotPublic, PublicFileMissing

_PREFIXED = (FileExists, FileMissing, FileTooLarge, IsDirectory, PathEscapes, FileRefused)
_REFUSALS = (KeyUnknown, AccountBanned, MultiResponseUnsupported)
_V2_STATUSES: dict[type[DomainError], int] = {
    AuthTokenUnknown: 401,
    EmbedSessionUnknown: 401,
    KeyUnknown: 401,
    SignInRequired: 401,
    AbilityMissing: 403,
    AccountBanned: 403,
    AccountNotAvailable: 403,
    AdminRequired: 403,
    EmbedRefused: 403,
    NotAvailableInEmbed: 403,
    NotAvailableWithProjectKey: 403,
    OnlyTheAccountItself: 403,
    PermissionMissing: 403,
    DistributionNotFound: 404,
    FileMissing: 404,
    NotPublic: 404,
    PublicFileMissing: 404,
    ShareMissing: 404,
    SnapshotNotFound: 404,
    SharedFileMissing: 404,
    WebhookNotFound: 404,
    CallUnfinished: 409,
    DocumentNotSaved: 409,
    FileExists: 409,
    ReplyNotKept: 409,
    UploadBusy: 409,
    UploadOffsetWrong: 409,
    IdempotencyKeyReused: 422,
    TooManyAttempts: 429,
    TooManyKeptReplies: 429,
    TooManyRequests: 429,
    TooManySignIns: 429,
    Overloaded: 503,
    StartFailed: 503,
}


def v1_text(error: DomainError) -> str:
    """The `error` text of API v1; errors about files carry the prefix that clients know."""
    return f"Error: {error}" if isinstance(error, _PREFIXED) else str(error)


def v1_status(error: DomainError) -> int:
    """API v1 answers 200 to what fails in a handler; 400 to a key that is not good and to what no handler takes."""
    return 400 if isinstance(error, _REFUSALS) else 200


def rpc_text(text: str) -> str:
    """The `error` text of a function of the RPC endpoints; what has the prefix already keeps one."""
    return text if text.startswith("Error: ") else f"Error: {text}"


def v2_status(error: DomainError) -> int:
    """API v2 answers with HTTP's own statuses; 400 is for what the caller has to say otherwise."""
    return _V2_STATUSES.get(type(error), 400)


def is_passing(error: Exception) -> bool:
    """The call was not carried out, for a reason that will pass; it may be sent again."""
    return isinstance(error, DomainError) and v2_status(error) in (429, 503)
