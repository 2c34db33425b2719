"""Versions of the wire between hub and agent.

Both ends state the span they speak in their `Hello`; the link then runs on the newest version that both know. Agents
outlive hubs, so a hub keeps speaking to the agents that an older hub started.

History:
1. First version: exec, jobs, ping.
2. Input to streams; documents.
3. Evaluations, lists of kernels.
4. Messages of documents in parts.
5. Terminals.
6. Kernels that run.
7. Whether anything goes on.
8. Lists of terminals, and their ends.
9. Saving of one document.
"""

CURRENT = 9
OLDEST = 1


def agree(oldest: int, newest: int) -> int | None:
    """The version to speak with a peer that knows `oldest` to `newest`, or None if there is none."""
    version = min(CURRENT, newest)
    return version if version >= max(OLDEST, oldest) else None
