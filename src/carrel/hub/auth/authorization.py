"""The `Authorization` header: an API key as Basic user name or as Bearer token."""

import base64
import binascii


class AuthorizationMissing(Exception):
    """No header; the message is the reply's error text."""

    def __init__(self) -> None:
        super().__init__("You must provide authentication via an API key.")


class AuthorizationUnknown(Exception):
    """Another scheme; the message is the reply's error text."""

    def __init__(self, scheme: str) -> None:
        super().__init__(f"Unknown authorization type '{scheme}'")


def presented_key(header: str | None) -> str:
    """The key in an `Authorization` header; empty for a blank one, and for Basic credentials that cannot be decoded."""
    if header is None or not header.strip():
        raise AuthorizationMissing
    scheme, _, credentials = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            text = base64.b64decode(credentials.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            return ""
        return text.partition(":")[0]
    raise AuthorizationUnknown(scheme[:100])
