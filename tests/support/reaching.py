"""An output that tries all ways out of its frame, and how one sees whether it got anywhere."""

from support.fronts import Front, Seen
from support.parents import CARREL, SERVER

REACHING = f"""
<p id="told"></p>
<script>
const attempts = {{
  bearer: () => parent.document.body.innerHTML,
  cookies: () => document.cookie,
  storage: () => localStorage.length,
  resume: () => sessionStorage.length,
  refresh: () => fetch("{SERVER}/api/v2/embed/refresh", {{method: "POST", body: "{{}}", credentials: "include"}}),
  take: () => fetch("{SERVER}/api/v2/embed/resume", {{method: "POST", credentials: "include",
    headers: {{"X-Carrel-Resume": "1"}}, body: '{{"eid": "x"}}'}}),
  channel: () => new Promise((done, fail) => {{
    const socket = new WebSocket("{SERVER}/api/v2/live".replace("https", "wss"), ["carrel.v1"]);
    socket.onopen = done; socket.onerror = () => fail(Error("refused"));
  }}),
  up: () => {{ top.location = "https://evil.example.test/"; }},
  out: () => {{ if (!window.open("https://evil.example.test/")) throw Error("refused"); }},
  ask: () => new Promise((done, fail) => {{
    addEventListener("message", done);
    for (const window of [parent, top]) window.postMessage({{action: "status"}}, "*");
    setTimeout(() => fail(Error("no answer")), 500);
  }}),
}};
(async () => {{
  const told = {{}};
  for (const [name, attempt] of Object.entries(attempts))
    try {{ await attempt(); told[name] = "reached"; }} catch {{ told[name] = "refused"; }}
  document.getElementById("told").textContent = JSON.stringify(told);
}})();
</script>
"""
"""What it tells of each way, `reached` or `refused`, stands in `#told` as JSON."""
ALLOWED = {"refresh", "take"}
"""Ways that browsers let it go: the hub refuses what comes by them."""


def accepted(front: Front) -> list[Seen]:
    """Calls of the API that came from an opaque origin and were not refused, whatever cookies they carried.

    Without those by which the browser itself reports a page that it did not show in a hostile frame.
    """
    calls = [seen for seen in front.seen if seen.host == CARREL and seen.target.startswith("/api/")]
    calls = [seen for seen in calls if seen.headers.get("sec-fetch-dest") != "report"]
    return [seen for seen in calls if seen.headers.get("origin") == "null" and not 400 <= seen.status < 500]
