"""Settings of the bubblewrap runner. What a single project may use is not here but in its quota."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class RunnerSettings(BaseModel):
    """How sandboxes are started on this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    python: Path | None = Field(
        default=None,
        description="Python that runs the agent in sandboxes; it must lie under /usr and be of the hub's minor "
        "version. Unset: the hub's own interpreter if it lies under /usr, else /usr/bin/python3.N of that version.",
    )
    environment: Path | None = Field(
        default=None,
        description="Python environment for the projects' notebooks and commands, as `carrel environment make` makes "
        "it. Unset: `environment` in the data directory, if it is there.",
    )
    imports: tuple[str, ...] | None = Field(
        default=None,
        description="Python modules that first cells of notebooks are likely to import: each project in which a kernel "
        "runs has them in memory once, and its kernels have them at once. Unset: those of numpy, matplotlib, pandas "
        "and jedi, some 60 MB; an empty list saves that.",
    )
    bwrap: str = Field(default="bwrap", description="The bubblewrap program: a path, or a name to find on the PATH.")
    cgroup_parent: str | None = Field(
        default=None,
        description="Control group below which those of the projects are made, as a path below each hierarchy's mount "
        "point. Unset: the hub's own group.",
    )
    open_files: int = Field(default=4096, ge=64, description="Files that one process in a sandbox may have open.")
    run_size_mb: int = Field(default=16, ge=1, description="Size of the /run directory of a sandbox, in MB.")
    agent_log_kb: int = Field(default=256, ge=1, description="Size at which an agent's log is emptied, in kB.")
    start_timeout_seconds: float = Field(
        default=20, gt=0, description="How long a sandbox may take from its start until its agent's program runs."
    )
    stop_timeout_seconds: float = Field(
        default=10, gt=0, description="How long the kernel may take to end all processes of a killed sandbox."
    )
    proxy_allow: tuple[str, ...] = Field(
        default=(),
        description="What projects with the network policy `proxy` can reach: host, *.domain, address or [IPv6 "
        "address], each with an optional :port (default 443). Names that resolve to private addresses are refused; to "
        "allow a private address, list the address itself.",
    )
    proxy_connections: int = Field(
        default=64, ge=1, description="Connections of one project through the proxy at once."
    )
