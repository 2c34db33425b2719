"""The site for admins: what it is called and who may sign up and embed, registration tokens, and mails."""

from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from carrel.hub.api.v2.embed import Empty
from carrel.hub.api.v2.procedure import Procedures, RowNumber, V2Call
from carrel.hub.routes import RouteAccess
from carrel.kit.timestamps import to_milliseconds

procedures = Procedures()

_MAILS_AT_MOST = 200


class MailServer(Struct):
    """Set by the operator alone; `host` null: mails are kept and not sent."""

    host: str | None
    port: int
    user: str | None
    sender: str
    start_tls: bool


class SiteReply(Struct):
    """`locked`: names of settings that the operator has set, and that cannot be changed here."""

    values: dict[str, Any]
    locked: list[str]
    url: str | None
    mail: MailServer


@procedures.post("/admin/site", access=RouteAccess.ADMIN, only_reads=True)
async def get_site(params: Empty, call: V2Call) -> SiteReply:
    """The settings that admins may change, and how mail is sent."""
    site, mail = call.platform.site, call.platform.settings.mail
    server = MailServer(mail.host, mail.port, mail.user, mail.sender, mail.start_tls)
    return SiteReply(site.values, sorted(site.locked), call.platform.settings.site.url, server)


class ChangeParams(Struct):
    """`values`: of `name`, `help_email`, `open_signup`, `comm_hosts` those that change."""

    values: dict[str, Any]


@procedures.post("/admin/site/change", access=RouteAccess.ADMIN)
async def change_site(params: ChangeParams, call: V2Call) -> None:
    """Change settings, all or none; other server processes notice within a few seconds."""
    await call.platform.site.change(params.values)


class Token(Struct):
    """Times in milliseconds since the epoch."""

    token: str
    description: str
    counter: int
    limit: int | None
    expires: int | None
    disabled: bool


class Tokens(Struct):
    tokens: list[Token]


@procedures.post("/admin/registration-tokens", access=RouteAccess.ADMIN, only_reads=True)
async def list_tokens(params: Empty, call: V2Call) -> Tokens:
    """With one of these one may sign up; while none is active, nobody needs one."""
    return Tokens(
        [
            Token(
                found.token,
                description,
                found.counter,
                found.limit,
                to_milliseconds(found.expires) if found.expires else None,
                found.disabled,
            )
            for found, description in await call.platform.administration.list_tokens()
        ]
    )


class NewTokenParams(Struct):
    """`limit`: how often it may be used; `expires`: milliseconds since the epoch."""

    description: Annotated[str, Meta(max_length=1000)] = ""
    limit: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    expires: Annotated[int, Meta(ge=0, le=253_000_000_000_000)] | None = None


class NewToken(Struct):
    token: str


@procedures.post("/admin/registration-tokens/create", access=RouteAccess.ADMIN)
async def create_token(params: NewTokenParams, call: V2Call) -> NewToken:
    """Make a registration token; from then on signing up needs one."""
    expires = None if params.expires is None else datetime.fromtimestamp(params.expires / 1000, UTC)
    return NewToken(
        await call.platform.administration.add_token(params.description, limit=params.limit, expires=expires)
    )


class DisableParams(Struct):
    token: str
    disabled: bool


@procedures.post("/admin/registration-tokens/disable", access=RouteAccess.ADMIN)
async def disable_token(params: DisableParams, call: V2Call) -> None:
    """Disable a token, or let it be used again."""
    await call.platform.administration.set_token_disabled(params.token, params.disabled)


class UnsentMail(Struct):
    """`created` in milliseconds since the epoch; `error`: why it could not be sent last."""

    id: int
    created: int
    to: str
    subject: str
    body: str
    attempts: int
    error: str | None


class UnsentMails(Struct):
    mails: list[UnsentMail]


@procedures.post("/admin/mails", access=RouteAccess.ADMIN)
async def list_mails(params: Empty, call: V2Call) -> UnsentMails:
    """The newest 200 mails that wait or could not be sent. Links in them work, so that looking at them is audited."""
    found = await call.platform.mail.unsent(limit=_MAILS_AT_MOST)
    return UnsentMails(
        [UnsentMail(m.id, to_milliseconds(m.created), m.to, m.subject, m.body, m.attempts, m.error) for m in found]
    )


class MailParams(Struct):
    id: RowNumber


@procedures.post("/admin/mails/retry", access=RouteAccess.ADMIN)
async def retry_mail(params: MailParams, call: V2Call) -> None:
    """Try to send a mail again, now."""
    await call.platform.mail.try_again(params.id)


@procedures.post("/admin/mails/delete", access=RouteAccess.ADMIN)
async def delete_mail(params: MailParams, call: V2Call) -> None:
    """Remove a mail that was not sent."""
    await call.platform.mail.discard(params.id)


class TestParams(Struct):
    to: Annotated[str, Meta(min_length=3, max_length=254)]


@procedures.post("/admin/mails/test", access=RouteAccess.ADMIN)
async def test_mail(params: TestParams, call: V2Call) -> None:
    """Send a mail at once, and say what the server answers if it does not take it."""
    await call.platform.mail.send_test(params.to, call.platform.site.name)
