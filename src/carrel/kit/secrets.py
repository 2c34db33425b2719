"""Random secrets and how they are kept: texts from a CSPRNG, stored only as a keyed hash.

The secrets made here carry at least 80 bits of entropy, so one keyed SHA-256 is enough to store them and allows a
lookup by hash; passwords, which people choose, are hashed with argon2id elsewhere.
"""

import hashlib
import hmac
import secrets
import string

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def random_text(length: int) -> str:
    """`length` characters of base 62 (5.95 bits each)."""
    return "".join(secrets.choice(BASE62) for _ in range(length))


def random_lower(length: int) -> str:
    """`length` lower-case letters and digits (5.17 bits each)."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))


def base62(number: int, width: int) -> str:
    """A non-negative integer in base 62, zero-padded to `width`."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits.rjust(width, "0")


def keyed_hash(secret: str, *, purpose: str) -> str:
    """SHA-256 of a high-entropy secret, keyed by what it is for, as 64 hex digits."""
    return hmac.new(purpose.encode(), secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
