"""A real SMTP server on the loopback, and what it has received."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Condition, Event
from typing import Any, TypeVar

from aiosmtpd.controller import Controller

from support.hubs import free_port

T = TypeVar("T")


@dataclass
class Mailbox:
    """A handler of aiosmtpd that keeps what it takes, and refuses addresses that say so."""

    received: list[EmailMessage] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refuses: bool = True
    _news: Condition = field(default_factory=Condition)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.refuses and address.startswith("refuse"):
            self.refused.append(address)
            return "550 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        with self._news:
            self.received.append(message_from_bytes(envelope.content, policy=default))
            self._news.notify_all()
        return "250 OK"

    def wait_for(self, to: str, subject: str) -> str:
        """The text of the newest mail to that address whose subject contains that; it is taken out."""
        deadline = time.monotonic() + 30
        with self._news:
            while True:
                for message in reversed(self.received):
                    if message["To"] == to and subject in message["Subject"]:
                        self.received.remove(message)
                        text, looks = message.get_body(("plain",)), message.get_body(("html",))
                        assert text is not None
                        assert looks is not None, "every mail is HTML, too"
                        return str(text.get_content())
                assert self._news.wait(deadline - time.monotonic()), f"no mail to {to} about {subject}"

    def link_to(self, to: str, subject: str) -> str:
        """The address of a page that such a mail names last."""
        return str(re.findall(r"https?://\S+", self.wait_for(to, subject))[-1])


def eventually(look: Callable[[], T], is_good: Callable[[T], bool]) -> T:
    """What is seen as soon as it is good."""
    deadline = time.monotonic() + 30
    while not is_good(seen := look()):
        assert time.monotonic() < deadline, seen
        Event().wait(0.02)
    return seen


@contextmanager
def smtp_server(mailbox: Mailbox, port: int = 0) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
