"""Live documents: shared by their viewers, logged before edits are acknowledged, kept equal to their files.

A `Room` is one open file. `rooms` finds or makes it, `viewers` speaks the messages of docs/live.md with one page,
`log` keeps updates, base and history in SQLite, `watch` keeps document and file equal, `merge` brings two changes of
one content together, `schema` and the formats (`notebook_file`, `text_file`) translate between content, document and
bytes. What else a document can do, such as running its cells, is an extension (`extension`).

pycrdt and sqlite3 are imported by the first document that is opened, not by the agent's start.
"""
