"""Where the proxy lets projects go."""

import ipaddress

import pytest

from carrel.runners.bubblewrap.proxy import AllowList, Refused, is_public, parse_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("files.example.org", ("files.example.org", 443)),
        ("Files.Example.ORG.:8443", ("files.example.org", 8443)),
        ("*.hosted.example.org", ("*.hosted.example.org", 443)),
        ("10.0.0.7:80", ("10.0.0.7", 80)),
        ("[2001:DB8:0::1]:80", ("2001:db8::1", 80)),
    ],
)
def test_targets_are_read_in_canonical_form(text: str, target: tuple[str, int]) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text", ["", "a b", "host:", "host:0", "host:65536", "host:port", "http://host", "u@host", "[::1", "[host]", "a/b"]
)
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_target(text)


def test_names_and_ports_are_matched_whole() -> None:
    allowed = AllowList.parse(["files.example.org", "*.example.com:8443"])
    assert allowed.allows("files.example.org", 443)
    assert allowed.allows("a.b.example.com", 8443)
    for host, port in [
        ("files.example.org", 80), ("notfiles.example.org", 443), ("files.example.org.evil.net", 443),
        ("example.com", 8443), ("evilexample.com", 8443), ("a.example.com", 443),
    ]:  # fmt: skip
        assert not allowed.allows(host, port), host


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "::", "::1", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_unless_listed_themselves(address: str) -> None:
    parsed = ipaddress.ip_address(address)
    assert not is_public(parsed)
    with pytest.raises(Refused):
        AllowList.parse(["*.example.com", "internal"]).check_address(parsed, 443)
    listed = f"[{parsed}]" if parsed.version == 6 else str(parsed)
    AllowList.parse([listed]).check_address(parsed, 443)


@pytest.mark.parametrize("address", ["1.1.1.1", "151.101.0.223", "2606:4700::1111"])
def test_public_addresses_are_not(address: str) -> None:
    AllowList(()).check_address(ipaddress.ip_address(address), 443)
