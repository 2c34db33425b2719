"""Which addresses are nobody's in particular, and what names lead to."""

import pytest

from carrel.kit.public_addresses import AddressPrivate, is_public, public_addresses

PRIVATE = """
127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.2.1 198.18.0.1 224.0.1.1
255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2001:0:1::1 fe80::1
fe80::1%1 fc00::1 fd12::1 ff02::1 ff0e::1 2001:db8::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_addresses_of_private_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_world_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "::1", "[::1]".strip("[]")])
async def test_names_of_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(AddressPrivate, match="private address"):
        await public_addresses(host, 80)
