"""The optional limit of requests for each key."""

from dataclasses import dataclass, field

from carrel.hub.key_limits import KeyLimits


@dataclass
class Watch:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Limited:
    watch: Watch = field(default_factory=Watch)

    def limits(self, per_minute: int) -> KeyLimits:
        return KeyLimits(per_minute, self.watch)


def test_without_a_limit_everything_may_go_on() -> None:
    limits = KeyLimits()
    assert {limits.check("key") for _ in range(10_000)} == {0}


def test_a_key_has_its_minute_and_then_has_to_wait() -> None:
    limited = Limited()
    limits = limited.limits(60)
    assert [limits.check("key") for _ in range(60)] == [0] * 60
    wait = limits.check("key")
    assert 1 <= wait <= 2
    limited.watch.seconds += wait
    assert limits.check("key") == 0
    assert limits.check("other") == 0


def test_waiting_longer_than_a_minute_saves_nothing_up() -> None:
    limited = Limited()
    limits = limited.limits(2)
    limited.watch.seconds += 3600
    assert [limits.check("key") > 0 for _ in range(3)] == [False, False, True]


def test_refused_requests_do_not_prolong_the_wait() -> None:
    limited = Limited()
    limits = limited.limits(1)
    limits.check("key")
    assert [limits.check("key") for _ in range(100)] == [limits.check("key")] * 100
    limited.watch.seconds += 61
    assert limits.check("key") == 0
