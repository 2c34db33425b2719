"""Which pages may hold Carrel in an iframe and speak to it: the operator's list of hosts, and the one rule for it.

An entry is a host name, with a leading dot its subdomains too, and perhaps a port: `lms.example.org`, `.example.org`,
`lms.example.org:8443`. The parsed list makes the header `frame-ancestors` and judges origins; the application in the
browser gets the same list, and `tests/vectors/parents.json` holds both to the same answers.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

import idna

_SEPARATORS = re.compile(r"[\s,]+")
_ENTRY = re.compile(r"(?P<dot>\.?)(?P<host>[^.:/@\[\]][^:/@\[\]]*)(:(?P<port>[1-9][0-9]{0,4}))?")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9_.-]+)(:(?P<port>[1-9][0-9]{0,4}))?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DEV_HOSTS = ("localhost", "127.0.0.1")
_HTTPS_PORT = 443
_PUBLIC_SUFFIX = re.compile(
    r"(ac|co|com|edu|gob|gov|gouv|go|id|mil|ne|net|nhs|nom|or|org|sch)\.[a-z]{2}"
    r"|(github|gitlab|readthedocs|ngrok|webcontainer)\.io|(herokuapp|appspot|firebaseapp|blogspot|onrender)\.com"
    r"|(vercel|netlify|web|streamlit|railway|replit|ngrok-free)\.app|(pages|workers|fly|deno)\.dev"
    r"|(amazonaws|s3\.amazonaws|stackblitz)\.com|(azurewebsites|azurestaticapps|cloudfront)\.net|hf\.space|surge\.sh"
)
"""The best known names below which strangers get names of their own; not complete, a guard against slips."""


class ParentInvalid(ValueError):
    """An entry of the list cannot be taken; the message names it and says why."""

    def __init__(self, entry: str, reason: str) -> None:
        super().__init__(f"{entry!r} is no host that may embed: {reason}")


@dataclass(frozen=True, slots=True)
class ParentHost:
    """One entry; `port` is 443 unless it says otherwise, with `subdomains` it also stands for every name below."""

    host: str
    port: int = _HTTPS_PORT
    subdomains: bool = False

    def allows(self, host: str, port: int) -> bool:
        return port == self.port and (host == self.host or (self.subdomains and host.endswith(f".{self.host}")))

    @property
    def sources(self) -> tuple[str, ...]:
        """For `frame-ancestors`, whose wildcard does not cover the bare domain."""
        port = "" if self.port == _HTTPS_PORT else f":{self.port}"
        bare = f"https://{self.host}{port}"
        return (bare, f"https://*.{self.host}{port}") if self.subdomains else (bare,)


@dataclass(frozen=True, slots=True)
class AllowedParents:
    """The whole list; empty, nobody may embed. `dev` adds plain http on this machine."""

    hosts: tuple[ParentHost, ...] = ()
    dev: bool = False

    @classmethod
    def parse(cls, text: str, *, dev: bool = False) -> "AllowedParents":
        """Entries are separated by white space and commas. Raises `ParentInvalid`."""
        entries = (entry for entry in _SEPARATORS.split(text) if entry)
        return cls(tuple(dict.fromkeys(parse_parent(entry) for entry in entries)), dev)

    def allow(self, origin: str) -> bool:
        """Whether a page of this origin may speak to the frame; only an origin as a browser writes it can."""
        match = _ORIGIN.fullmatch(origin)
        if match is None or ".." in match["host"] or match["host"][0] == ".":
            return False
        port = int(match["port"] or 0)
        if match["scheme"] == "http":
            return self.dev and match["host"] in _DEV_HOSTS and port != 80 and port < 1 << 16
        if port == _HTTPS_PORT:
            return False  # a browser does not write the usual port
        return any(entry.allows(match["host"], port or _HTTPS_PORT) for entry in self.hosts)

    @property
    def frame_ancestors(self) -> tuple[str, ...]:
        """The sources of the header, `'self'` first."""
        listed = (source for entry in self.hosts for source in entry.sources)
        local = (f"http://{host}:*" for host in _DEV_HOSTS) if self.dev else ()
        return ("'self'", *listed, *local)


def parse_parent(entry: str) -> ParentHost:
    """Read one entry. Raises `ParentInvalid`."""
    match = _ENTRY.fullmatch(entry)
    if match is None or "*" in entry:
        raise ParentInvalid(entry, _reason(entry))
    port = int(match["port"] or _HTTPS_PORT)
    if port >= 1 << 16:
        raise ParentInvalid(entry, "a port is at most 65535")
    host = _normal_host(entry, match["host"])
    if match["dot"]:
        _demand_own_domain(entry, host)
    return ParentHost(host, port, bool(match["dot"]))


def _reason(entry: str) -> str:
    if "*" in entry:
        return "there is no wildcard; a leading dot (.example.org) means a domain and all below it"
    if "://" in entry or "/" in entry or "@" in entry:
        return "write the host alone, without scheme, path or user; https is understood"
    if "[" in entry or entry.count(":") > 1:
        return "IPv6 addresses cannot be named in frame-ancestors"
    return "write a host name, perhaps with a leading dot and a :port"


def _normal_host(entry: str, text: str) -> str:
    """Lower case and punycode, as browsers write it."""
    if text.endswith("."):
        raise ParentInvalid(entry, "leave out the dot at the end")
    try:
        host = idna.encode(text, uts46=True, std3_rules=True).decode() if not text.isascii() else text.lower()
    except idna.IDNAError as error:
        raise ParentInvalid(entry, f"not an international host name ({error})") from error
    if len(host) > 253 or not _HOST.fullmatch(host) or any(len(label) > 63 for label in host.split(".")):
        raise ParentInvalid(entry, "a host name has letters, digits and inner hyphens between dots")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except AddressValueError as error:
            raise ParentInvalid(entry, "neither a host name nor an IPv4 address") from error
    return host


def _demand_own_domain(entry: str, host: str) -> None:
    """A leading dot trusts every name below; below a public suffix those belong to strangers."""
    labels = host.split(".")
    if labels[-1].isdecimal():
        raise ParentInvalid(entry, "an IP address has no subdomains")
    if len(labels) == 1:
        raise ParentInvalid(entry, "a top-level domain; everybody's sites are below it")
    if _PUBLIC_SUFFIX.fullmatch(host):
        raise ParentInvalid(entry, "a public suffix; strangers' sites are below it")
