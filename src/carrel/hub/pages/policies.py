"""The headers of pages: who may frame them, what they may load, what they tell of their address, how long they keep.

Every ancestor of a frame is checked against `frame-ancestors`. Output frames have an opaque origin by the policy's own
`sandbox`, wherever they are framed, and may load what notebooks load from the web.
"""

from dataclasses import dataclass

from carrel.domain.embedding import AllowedParents

_NOBODY = ("'none'",)
_SELF = ("'self'",)
_SHELL = (
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' https: data: blob:",
    "media-src 'self' https: data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' blob:",
    "frame-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
)
_OUTPUT = (
    "sandbox allow-scripts allow-forms",
    "default-src 'none'",
    "script-src 'self' https: data: blob: 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' https: data: 'unsafe-inline'",
    "img-src 'self' https: data: blob:",
    "media-src 'self' https: data: blob:",
    "font-src 'self' https: data:",
    "connect-src 'self' https: wss: data: blob:",
    "frame-src https: data: blob:",
    "worker-src blob: data:",
    "form-action https:",
)


@dataclass(frozen=True, slots=True)
class Policies:
    """Headers for one site."""

    parents: AllowedParents
    base: str
    corp: bool

    def of_shell(self, boot_hash: str, *, ancestors: tuple[str, ...], has_token: bool) -> dict[str, str]:
        """A shell, whose only inline script has that hash; `has_token`: in the address that was asked for."""
        script = f"script-src 'self' {boot_hash}"
        report = f"report-uri {self.base}/api/v2/csp-report"
        return {
            **self._common(),
            **_framed_by(ancestors, script, *_SHELL, report),
            "referrer-policy": "strict-origin" if has_token else "strict-origin-when-cross-origin",
            "cache-control": "no-store" if has_token else "private, no-cache",
        }

    def of_plain_page(self) -> dict[str, str]:
        """A page without scripts that nobody may frame."""
        return {
            **self._common(),
            **_framed_by(_NOBODY, "default-src 'none'", "style-src 'unsafe-inline'"),
            "referrer-policy": "strict-origin",
            "cache-control": "no-store",
        }

    def of_api_docs(self) -> dict[str, str]:
        """The page that shows the description of the API; its styles are made by its script."""
        sources = (
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
        )
        rest = ("base-uri 'none'", "form-action 'none'", f"report-uri {self.base}/api/v2/csp-report")
        return {
            **self._common(),
            **_framed_by(_NOBODY, "default-src 'none'", *sources, *rest),
            "referrer-policy": "strict-origin",
            "cache-control": "private, no-cache",
        }

    def of_output_frame(self) -> dict[str, str]:
        return {**self.of_asset(), **_framed_by(self.listed, *_OUTPUT), "referrer-policy": "no-referrer"}

    def of_asset(self) -> dict[str, str]:
        """Assets are public, and are loaded from frames with an opaque origin."""
        return {
            **self._common(),
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
        }

    @property
    def listed(self) -> tuple[str, ...]:
        """The pages that may embed."""
        return self.parents.frame_ancestors

    def ancestors(self, *, area: str, embeds: bool) -> tuple[str, ...]:
        """Who may frame a shell of that area of the site; `embeds`: it was asked for as an embedded one."""
        if area == "auth":
            return _NOBODY
        if embeds:
            return self.listed
        return _NOBODY if area in ("settings", "admin") else _SELF

    def _common(self) -> dict[str, str]:
        isolated = {
            "cross-origin-resource-policy": "cross-origin",
            "cross-origin-embedder-policy": "credentialless",
        }
        return {"x-content-type-options": "nosniff", **(isolated if self.corp else {})}


def _framed_by(ancestors: tuple[str, ...], *directives: str) -> dict[str, str]:
    policy = "; ".join((*directives, f"frame-ancestors {' '.join(ancestors)}"))
    deny = {"x-frame-options": "DENY"} if ancestors == _NOBODY else {}
    return {"content-security-policy": policy, **deny}
