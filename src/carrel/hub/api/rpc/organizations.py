"""RPC functions about organizations: for the site's admins, and for those of an organization."""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType, convert, structs

from carrel.domain.accounts import Account
from carrel.domain.errors import AdminRequired
from carrel.domain.organizations import MemberUnknown
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()


class NoParams(Struct):
    """No parameters."""


class NameParams(Struct):
    name: str


class UserParams(NameParams):
    user: str


class Listed(Struct):
    name: str
    title: str | None
    admin_account_ids: Sequence[str]


class Told(Listed):
    description: str | None
    link: str | None
    email_address: str | None


@functions.procedure(
    "org.getAll", may_call=Caller.ADMIN, only_reads=True, texts={AdminRequired: "must be a site admin"}
)
async def get_all(params: NoParams, call: Call) -> list[Listed]:
    """List all organizations."""
    return [Listed(one.name, one.title, one.admin_account_ids) for one in await call.platform.organizations.list_all()]


@functions.procedure("org.create", may_call=Caller.ADMIN, texts={AdminRequired: "only admins may create organizations"})
async def create(params: NameParams, call: Call) -> str:
    """Make an organization without members; the value is its id."""
    return await call.platform.organizations.create(params.name)


@functions.procedure("org.get", may_call=Caller.RANKED, only_reads=True)
async def get(params: NameParams, call: Call) -> Told:
    """Describe an organization."""
    found = await call.platform.organizations.get(call.account, params.name)
    return convert(found, Told, from_attributes=True)


class SetParams(NameParams):
    title: str | None = None
    description: str | None = None
    email_address: str | None = None
    link: str | None = None


@functions.procedure("org.set", may_call=Caller.RANKED)
async def change(params: SetParams, call: Call) -> None:
    """Change what is said of an organization; its name stays."""
    values = {name: value for name, value in structs.asdict(params).items() if name != "name" and value is not None}
    await call.platform.organizations.change(call.account, params.name, values)


@functions.procedure(
    "org.addAdmin",
    may_call=Caller.ADMIN,
    texts={
        AdminRequired: "only site admins can make a user an organization admin right now",
        MemberUnknown: lambda _error, params: f"no such account '{params.user}'",
    },
)
async def add_admin(params: UserParams, call: Call) -> None:
    """Make an account an admin of an organization, and so a member."""
    await call.platform.organizations.add_admin(params.name, params.user)


@functions.procedure(
    "org.addUser",
    may_call=Caller.ADMIN,
    texts={AdminRequired: "only site admins can add/move a user to an org right now"},
)
async def add_user(params: UserParams, call: Call) -> None:
    """Make an account a member of an organization, and of no other."""
    await call.platform.organizations.add_member(params.name, params.user)


class CreateUserParams(NameParams):
    email: str
    firstName: str = "First"
    lastName: str = "Last"
    password: str | None = None


@functions.procedure("org.createUser", may_call=Caller.RANKED)
async def create_user(params: CreateUserParams, call: Call) -> str:
    """Make an account that is a member, with a first project; the value is its id."""
    account_id = await call.platform.organizations.create_member(
        call.account,
        params.name,
        params.email,
        first=params.firstName,
        last=params.lastName,
        password=params.password,
    )
    call.trail.target_account_id = account_id
    return account_id


class TokenOfParams(Struct):
    user: str


class Token(Struct):
    """`url` signs a browser in."""

    token: str
    url: str


@functions.procedure("org.createToken", may_call=Caller.RANKED)
async def create_token(params: TokenOfParams, call: Call) -> Token:
    """Make an auth token that signs in as a member."""
    account_id, token = await call.platform.organizations.create_token(call.account, params.user)
    call.trail.target_account_id = account_id
    return Token(token, f"{call.platform.settings.address}/auth/impersonate?auth_token={token}")


class TokenParams(Struct):
    token: str


@functions.procedure("org.expireToken", may_call=Caller.ACCOUNT)
async def expire_token(params: TokenParams, call: Call) -> None:
    """Revoke a token, and what it has signed in."""
    await call.platform.auth_tokens.revoke(params.token)


class Member(Struct):
    """`last_active`: in milliseconds since the epoch."""

    account_id: str
    first_name: str
    last_name: str
    email_address: str | None
    last_active: int | UnsetType = UNSET

    @classmethod
    def of(cls, account: Account) -> "Member":
        active = account.last_active
        return cls(
            account.account_id,
            account.first_name,
            account.last_name,
            account.email_address,
            timestamps.to_milliseconds(active) if active else UNSET,
        )


@functions.procedure("org.getUsers", may_call=Caller.RANKED, only_reads=True)
async def get_users(params: NameParams, call: Call) -> list[Member]:
    """List the members."""
    return [Member.of(one) for one in await call.platform.organizations.members(call.account, params.name)]


@functions.procedure("org.removeUser", may_call=Caller.RANKED)
async def remove_user(params: UserParams, call: Call) -> None:
    """Take an account out of an organization."""
    await call.platform.organizations.remove_member(call.account, params.name, params.user)


@functions.procedure("org.removeAdmin", may_call=Caller.RANKED)
async def remove_admin(params: UserParams, call: Call) -> None:
    """Make an admin of an organization a member like others."""
    await call.platform.organizations.remove_admin(call.account, params.name, params.user)


class MessageParams(NameParams):
    subject: str
    body: str


@functions.procedure("org.message", may_call=Caller.RANKED)
async def message(params: MessageParams, call: Call) -> None:
    """Send a message to all members."""
    service = call.platform.organizations
    await service.message(call.account, params.name, subject=params.subject, body=params.body)
