"""Bad tokens are counted by address, in two windows."""

import pytest

from carrel.domain.embed_sessions import TooManyAttempts
from carrel.hub.auth.failures import Failures


class Watch:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def refused(failures: Failures, address: str | None) -> int | None:
    """The seconds to wait, if the failure is one too many."""
    try:
        failures.count(address)
    except TooManyAttempts as error:
        return error.retry_seconds
    return None


def test_thirty_in_a_minute_and_two_hundred_in_an_hour() -> None:
    watch = Watch()
    failures = Failures(watch)
    allowed = 0
    for _ in range(300):
        watch.seconds += 1
        allowed += refused(failures, "192.0.2.1") is None
    assert allowed == 150
    for _ in range(300):
        watch.seconds += 3
        allowed += refused(failures, "192.0.2.1") is None
    assert allowed == 200
    assert refused(failures, "192.0.2.2") is None


def test_it_is_said_when_to_try_again() -> None:
    watch = Watch()
    failures = Failures(watch)
    for _ in range(30):
        failures.count("192.0.2.1")
    watch.seconds += 20
    wait = refused(failures, "192.0.2.1")
    assert wait is not None
    watch.seconds += wait
    assert refused(failures, "192.0.2.1") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "", True),
    ],
)
def test_an_ipv6_network_counts_as_one_address(one: str | None, other: str | None, same: bool) -> None:
    failures = Failures(Watch())
    for _ in range(30):
        failures.count(one)
    assert (refused(failures, other) is not None) is same
