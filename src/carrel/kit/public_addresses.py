"""Which addresses belong to the world, and not to the operator's own machines and networks."""

import socket
from ipaddress import IPv6Address, IPv6Network, ip_address

import anyio
from anyio.abc import IPAddressType

_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last bits


class AddressPrivate(Exception):
    """The name leads to an address that is nobody's in the world; the message says which."""


def is_public(address: IPAddressType) -> bool:
    """Whether it can be reached from everywhere; one that carries an IPv4 address is judged by that, or refused."""
    parsed = ip_address(str(address).partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(parsed.ipv4_mapped)
        if parsed in _TRANSLATED or parsed.sixtofour is not None or parsed.teredo is not None:
            return False
    return parsed.is_global and not parsed.is_multicast


async def public_addresses(host: str, port: int) -> list[str]:
    """All addresses of a name. Raises `AddressPrivate` if one of them is not public, and `OSError`."""
    found = [str(place[0]) for *_, place in await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not is_public(address):
            raise AddressPrivate(f"{host} is at {address}, which is a private address")
    return list(dict.fromkeys(found))
