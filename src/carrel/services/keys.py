"""API keys: issue, revoke, and tell who presents one.

Verified keys are remembered for at most a minute, so that a key that another hub revoked dies within that time; this
hub's own revocations count at once. Refusals are never remembered.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from carrel.domain.accounts import ADMIN, NAME_LENGTH
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.keys import KEYS_PER_ACCOUNT, PURPOSE, AccountBanned, ApiKey, KeyNotFound, KeyUnknown, TooManyKeys
from carrel.domain.principals import AccountPrincipal, Principal, ProjectPrincipal
from carrel.domain.projects import Permission, ProjectAccess
from carrel.kit.clock import Clock
from carrel.kit.secrets import base62, keyed_hash, random_text
from carrel.services.settings import SiteFacts
from carrel.store.keys import PresentedKey
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

REMEMBERED = timedelta(seconds=60)
_CACHE_SIZE = 20_000


def secret_text(key_id: int) -> str:
    """`sk-`, 16 random characters, and the key's id as 6 characters of base 62."""
    return f"sk-{random_text(16)}{base62(key_id, 6)}"


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whose keys: the account's own, or with `project_id` those of a project on which the account may work."""

    account_id: AccountId
    project_id: ProjectId | None = None

    @classmethod
    def of(cls, access: ProjectAccess) -> "KeyOwner":
        access.demand(Permission.WRITE)
        return cls(access.caller, access.project_id)


@dataclass(frozen=True, slots=True)
class _Remembered:
    principal: Principal
    key_id: int
    account_id: AccountId
    until: datetime


@dataclass(slots=True)
class Keys:
    store: Store
    clock: Clock
    site: SiteFacts
    _cache: dict[str, _Remembered] = field(default_factory=dict)
    _forgotten: int = 0
    """How often something was forgotten: what was read before such a moment is not remembered after it."""

    async def issue(
        self, account_id: AccountId, name: str, *, project_id: ProjectId | None = None, expire: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which is shown this once."""
        async with self.store.begin() as transaction:
            return await self.issue_in(transaction, account_id, name, project_id=project_id, expire=expire)

    async def issue_in(
        self,
        transaction: Transaction,
        account_id: AccountId,
        name: str,
        *,
        project_id: ProjectId | None = None,
        expire: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        if await transaction.keys.count(account_id) >= KEYS_PER_ACCOUNT:
            raise TooManyKeys
        draft = ApiKey(0, account_id, name[:NAME_LENGTH], "", self.clock.now(), project_id, expire)
        key_id = await transaction.keys.reserve(draft)
        secret = secret_text(key_id)
        trunc = f"{secret[:3]}...{secret[-6:]}"
        await transaction.keys.complete(key_id, secret_hash=keyed_hash(secret, purpose=PURPOSE), trunc=trunc)
        return ApiKey(key_id, account_id, name, trunc, draft.created, project_id, expire), secret

    async def verify(self, secret: str) -> Principal:
        """Who presents this key; raises `KeyUnknown` or `AccountBanned`."""
        secret_hash = keyed_hash(secret, purpose=PURPOSE)
        now = self.clock.now()
        remembered = self._cache.get(secret_hash)
        if remembered is not None and remembered.until > now:
            return remembered.principal
        self._cache.pop(secret_hash, None)
        forgotten = self._forgotten
        async with self.store.read() as transaction:
            presented = await transaction.keys.find_presented(secret_hash)
        if presented is None or presented.deleted:
            raise KeyUnknown
        if presented.banned:
            raise AccountBanned(self.site.help_email)
        await self._use(presented, now)
        if forgotten == self._forgotten:
            self._remember(secret_hash, presented, now)
        return _principal_of(presented)

    def _remember(self, secret_hash: str, presented: PresentedKey, now: datetime) -> None:
        if len(self._cache) >= _CACHE_SIZE:
            self._cache.clear()
        key = presented.key
        until = now + REMEMBERED if key.expire is None else min(now + REMEMBERED, key.expire)
        self._cache[secret_hash] = _Remembered(_principal_of(presented), key.id, key.account_id, until)

    async def _use(self, presented: PresentedKey, now: datetime) -> None:
        """Note the use; delete a key that has expired, or whose project its maker has left, and refuse it."""
        key = presented.key
        expired = key.expire is not None and key.expire <= now
        orphaned = key.project_id is not None and presented.creator_role is None and ADMIN not in presented.groups
        async with self.store.begin() as transaction:
            if not (expired or orphaned):
                await transaction.keys.touch(key.id, now)
                return
            await transaction.keys.delete(key.id)
        log.info("key_removed", key_id=key.id, account_id=key.account_id, expired=expired, orphaned=orphaned)
        raise KeyUnknown

    async def list_of(self, owner: KeyOwner, *, only: int | None = None) -> list[ApiKey]:
        """All keys of the owner, the newest first, or `only` one. Raises `KeyNotFound`."""
        async with self.store.read() as transaction:
            found = await transaction.keys.list_keys(account_id=owner.account_id, project_id=owner.project_id)
        if only is None:
            return found
        return [_chosen(found, only)]

    async def edit(self, owner: KeyOwner, key_id: int, *, name: str | None, expire: datetime | None) -> None:
        """Change what is given. Raises `KeyNotFound`."""
        async with self.store.begin() as transaction:
            found = await transaction.keys.list_keys(account_id=owner.account_id, project_id=owner.project_id)
            await transaction.keys.update(_chosen(found, key_id).id, name=name, expire=expire)
        self.forget(key_id=key_id)

    async def revoke_of(self, owner: KeyOwner, key_id: int) -> None:
        """Delete a key of the owner at once. Raises `KeyNotFound`."""
        await self.list_of(owner, only=key_id)
        await self.revoke(key_id)

    async def revoke(self, key_id: int) -> None:
        """Delete a key at once; raises `KeyNotFound`."""
        async with self.store.begin() as transaction:
            if not await transaction.keys.delete(key_id):
                raise KeyNotFound(key_id)
        self.forget(key_id=key_id)

    def forget(self, *, key_id: int | None = None, account_id: AccountId | None = None) -> None:
        """Forget what was remembered about one key, or about all of an account."""
        self._forgotten += 1
        for secret_hash, remembered in list(self._cache.items()):
            if key_id == remembered.key_id or account_id == remembered.account_id:
                del self._cache[secret_hash]


def _chosen(keys: list[ApiKey], key_id: int) -> ApiKey:
    for key in keys:
        if key.id == key_id:
            return key
    raise KeyNotFound(key_id)


def _principal_of(presented: PresentedKey) -> Principal:
    key, credential = presented.key, f"key {presented.key.id}"
    if key.project_id is not None:
        return ProjectPrincipal(key.project_id, key.account_id, credential)
    return AccountPrincipal(key.account_id, ADMIN in presented.groups, presented.groups, credential=credential)
