"""A browser as far as the hub can tell: its cookie, sent with the origin of the site's own pages."""

from dataclasses import dataclass, field
from typing import Any

import requests

from support.hubs import ServedHub
from support.people import PASSWORD, Person

COOKIE = "__Host-carrel-session"


@dataclass
class WebBrowser:
    """`call` answers the reply's JSON; cookies are kept as a browser keeps them."""

    hub: ServedHub
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        given = {"origin": self.hub.url} | self.headers
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        reply = requests.post(f"{self.hub.url}/api/v2/{path}", json=body or {}, headers=given, timeout=60)
        for text in reply.raw.headers.getlist("set-cookie"):
            name, _, value = text.partition(";")[0].partition("=")
            if "Max-Age=0" in text:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return reply

    def call(self, path: str, **params: Any) -> Any:
        return self.post(path, params).json()

    @property
    def whoever(self) -> str | None:
        """The id of the account that is signed in."""
        account_id: str | None = self.call("accounts/profile")["profile"].get("account_id")
        return account_id


def signed_in(person: Person, password: str = PASSWORD) -> WebBrowser:
    browser = WebBrowser(person.hub)
    reply = browser.call("auth/sign-in", email=person.email_address, password=password)
    assert reply == {"account_id": person.account_id}, reply
    return browser
