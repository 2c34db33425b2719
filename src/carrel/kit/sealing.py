"""Bytes that only who has the key can read, and nobody can change."""

import os

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_NONCE_BYTES = 12


def seal(key: bytes, data: bytes) -> bytes:
    """Encrypt with a key of 32 bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, data, None)


def unseal(key: bytes, sealed: bytes) -> bytes:
    """What was sealed with the same key; raises `cryptography.exceptions.InvalidTag` if it was not."""
    return ChaCha20Poly1305(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
