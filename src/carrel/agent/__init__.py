"""The agent: our only process inside a sandbox. It runs commands and keeps what has to outlive a hub.

Launched by the runner as

    python3 -I -S -X frozen_modules=on <dir> --listen-fd N

- `<dir>` holds `carrel/` with `__init__.py`, `kit/`, `protocol/` and `agent/`, the packages msgspec, pycrdt,
  jupyter_ydoc and jupyter_client with what they need (nothing else of site-packages), and a `__main__.py` of these two
  lines:

      from carrel.agent.serve import main
      main()

  It may be read-only, and is then best staged with its `__pycache__` (compile once, `python3 -m compileall <dir>`).
- `N` is an inherited, *listening* Unix stream socket, on which the agent accepts up to sixteen hubs at a time. Every
  other inherited descriptor above 2 is closed. Children inherit none of them.
- Standard input, output and error are the runner's choice; only a crash writes to standard error.
- The environment is what commands see: the runner sets HOME, PATH, LANG, USER, SHELL … (HOME decides where a relative
  directory of a command lies; TMPDIR or else /tmp takes temporary scripts).
- The agent must not be pid 1: it reaps its own children, orphans are left to the sandbox's init.
- It ends only by a signal (SIGTERM will do).

Small on purpose: the standard library and msgspec, no OpenSSL, no subprocess module of its own, imports on first use
(pycrdt when a document opens, jupyter_client when a kernel starts).
"""
