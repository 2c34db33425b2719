"""Whether a browser's request comes from a page of this site."""

from starlette.requests import HTTPConnection

_SCHEMES = {"ws": "http", "wss": "https"}


def is_own_origin(connection: HTTPConnection, site_url: str | None) -> bool:
    """`Origin` names the address that the browser has called, or the site's public one; without the header: no."""
    origin, host = connection.headers.get("origin"), connection.headers.get("host", "")
    scheme = _SCHEMES.get(connection.url.scheme, connection.url.scheme)
    return origin is not None and origin in (f"{scheme}://{host.lower()}", site_url)


def is_foreign(connection: HTTPConnection, site_url: str | None) -> bool:
    """A page of another site calls; programs, which name no origin, are not foreign."""
    return "origin" in connection.headers and not is_own_origin(connection, site_url)
