"""In place of the module `ssl`: the agent has no use for TLS, and OpenSSL would cost it 4 MiB and 20 ms.

asyncio does without it. Others import it for the names in their signatures, so any class that is asked for is there,
an exception that nobody raises.
"""

import sys
from types import ModuleType

sys.modules["ssl"] = None  # type: ignore[assignment] # asyncio then knows that there is none

import asyncio  # noqa: E402, F401


class _Absent(ModuleType):
    def __getattr__(self, name: str) -> type[Exception]:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


sys.modules["ssl"] = _Absent("ssl")
