"""What everybody may know about the site."""

from typing import Any

from msgspec import Struct

from carrel import __version__
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.platform import Platform
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()


class CustomizeParams(Struct):
    fields: list[str] | None = None


@procedures.post("/customize", access=RouteAccess.PUBLIC, only_reads=True)
async def customize(params: CustomizeParams, call: V2Call) -> Any:
    """The site's public settings, or those `fields` of them."""
    return customized(params, call.platform)


def customized(params: CustomizeParams, platform: Platform) -> dict[str, Any]:
    """The settings that everybody may know."""
    site = platform.settings.site
    known = {
        "siteName": site.name,
        "helpEmail": site.help_email,
        "termsOfServiceURL": site.terms_url,
        "emailSignup": site.open_signup,
        "anonymousSignup": False,
        "shareServer": site.share_server,
        "version": __version__,
    }
    return {
        name: value
        for name, value in known.items()
        if value is not None and (params.fields is None or name in params.fields)
    }
