"""What the description of the API says is so: each call answers with a status and a shape that are in it."""

from pathlib import Path

import pytest
import requests
from support.fuzzing import Callers, fuzz
from support.hubs import served_hub


@pytest.mark.slow
@pytest.mark.timeout(900)  # far more than it takes, also on a machine that has much else to do
def test_no_call_answers_what_is_not_described(open_dir: Path, request: pytest.FixtureRequest) -> None:
    """`make fuzz` gives more examples."""
    examples = request.config.getoption("--fuzz")
    with served_hub(open_dir / "data", CARREL_SITE_KEY_REQUESTS_PER_MINUTE="0") as hub:
        findings = fuzz(Callers(hub, is_thorough=examples > 1), examples)
        print(f"{findings.statuses.total()} calls, by status: {dict(findings.statuses)}")
        assert findings.failures == {}
        assert findings.statuses[200] > 150
        assert "call_crashed" not in hub.log_file.read_text()
        assert requests.get(f"{hub.url}/readyz", timeout=60).ok
