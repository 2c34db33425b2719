"""Addresses of computers, as far as one can tell them apart."""

from ipaddress import IPv6Address, ip_address


def network_of(address: str | None) -> str:
    """What counts as one computer: an IPv6 host has a whole /64 to call from."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return address or ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or int(parsed) >> 64)
