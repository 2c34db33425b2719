"""What the page about webhooks shows takes what the server signs, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.snippets import PythonPrompt, snippets_of

from carrel.services.webhook_deliveries import signature
from carrel.services.webhooks import new_secret

(VERIFYING,) = snippets_of(Path(__file__).parents[2] / "docs" / "webhooks.md")
BODY = '{"type":"ping"}'
SECRET = new_secret()


@pytest.mark.parametrize(
    ("body", "secret", "age", "is_good"),
    [
        (BODY, SECRET, 0, True),
        (BODY.replace("ping", "pong"), SECRET, 0, False),
        (BODY, new_secret(), 0, False),
        (BODY, SECRET, 600, False),
    ],
    ids=["good", "changed", "of another", "old"],
)
def test_only_what_the_server_has_signed_just_now_is_taken(body: str, secret: str, age: int, is_good: bool) -> None:
    sent_at = datetime.now(UTC) - timedelta(seconds=age)
    headers = {
        "webhook-id": "an id",
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": f"v1,older {signature(SECRET, 'an id', sent_at, BODY)}",
    }
    prompt = PythonPrompt()
    prompt.run(VERIFYING.code)
    verified = prompt.names["verified"]
    if is_good:
        assert verified(secret, headers, body.encode()) == {"type": "ping"}
    else:
        with pytest.raises(ValueError, match="does not come from Carrel"):
            verified(secret, headers, body.encode())
