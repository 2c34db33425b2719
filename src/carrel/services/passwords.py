"""Passwords: argon2id, in worker threads, a few at a time (each takes some 50 ms of a core and 64 MiB)."""

from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass(frozen=True, slots=True)
class Passwords:
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(self.hasher.hash, password, limiter=self.limiter)

    async def verify(self, password_hash: str, password: str) -> bool:
        return await to_thread.run_sync(self._verify, password_hash, password, limiter=self.limiter)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self.hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
