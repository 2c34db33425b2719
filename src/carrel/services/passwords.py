"""Passwords: argon2id, in worker threads, a few at a time (each takes some 50 ms of a core and 64 MiB).

How hard a new one is to guess is estimated by zxcvbn, which may take as long for twenty characters and minutes for a
hundred: only the beginning is looked at, which has to be strong enough by itself.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from carrel.domain.accounts import PASSWORD_LENGTH, PASSWORD_LENGTH_RULE

LENGTH = range(8, 65)
"""Of passwords that people choose on pages; API v1 takes shorter ones."""
_STRONG = 3
_LOOKED_AT = 20


class Rule(Enum):
    """What is asked of a new password: to be hard to guess, or no more than API v1 asks of it."""

    STRONG = auto()
    API_V1 = auto()


@dataclass(frozen=True, slots=True)
class Strength:
    """`score` from 0 to 4; `advice` is empty for a good one."""

    score: int
    advice: str


@dataclass(frozen=True, slots=True)
class Passwords:
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(2))

    async def strength(self, password: str) -> Strength:
        return await to_thread.run_sync(_strength, password, limiter=self.limiter)

    async def problem(self, password: str, rule: Rule = Rule.STRONG) -> str | None:
        """What is wrong with a new password."""
        if rule is Rule.API_V1:
            return None if len(password) in PASSWORD_LENGTH else PASSWORD_LENGTH_RULE
        if len(password) < LENGTH.start:
            return f"Your password must be at least {LENGTH.start} characters long."
        if len(password) not in LENGTH:
            return f"Your password must be at most {LENGTH.stop - 1} characters long."
        strength = await self.strength(password)
        return None if strength.score >= _STRONG else f"Your password is too easy to guess. {strength.advice}".strip()

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(self.hasher.hash, password, limiter=self.limiter)

    async def verify(self, password_hash: str, password: str) -> bool:
        return await to_thread.run_sync(self._verify, password_hash, password, limiter=self.limiter)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self.hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _strength(password: str) -> Strength:
    found = zxcvbn(password[:_LOOKED_AT] or "0")
    score, feedback = int(found["score"]), found["feedback"]
    said = [feedback["warning"], *feedback["suggestions"]] if score < _STRONG else []
    return Strength(score, " ".join(text if text.endswith(".") else f"{text}." for text in said if text))
