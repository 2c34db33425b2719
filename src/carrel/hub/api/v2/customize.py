"""What everybody may know about the site."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from carrel import __version__
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.platform import Platform
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()


class CustomizeParams(Struct):
    fields: list[str] | None = None


class Site(Struct):
    """What was asked for, but for what has no value."""

    siteName: str | UnsetType = UNSET
    helpEmail: str | UnsetType = UNSET
    termsOfServiceURL: str | UnsetType = UNSET
    emailSignup: bool | UnsetType = UNSET
    anonymousSignup: bool | UnsetType = UNSET
    shareServer: bool | UnsetType = UNSET
    version: str | UnsetType = UNSET


@procedures.post("/customize", access=RouteAccess.PUBLIC, only_reads=True)
async def customize(params: CustomizeParams, call: V2Call) -> Site:
    """The site's public settings, or those `fields` of them."""
    return customized(params, call.platform)


def customized(params: CustomizeParams, platform: Platform) -> Site:
    """The settings that everybody may know."""
    site = platform.settings.site
    known: dict[str, Any] = {
        "siteName": site.name,
        "helpEmail": site.help_email,
        "termsOfServiceURL": site.terms_url,
        "emailSignup": site.open_signup,
        "anonymousSignup": False,
        "shareServer": site.share_server,
        "version": __version__,
    }
    wanted = known if params.fields is None else {name: known[name] for name in params.fields if name in known}
    return Site(**{name: value for name, value in wanted.items() if value is not None})
