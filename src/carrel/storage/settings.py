"""Where project homes are and whom they belong to."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class DataSettings(BaseModel):
    """The data directory. It holds every project's home: back it up with the database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dir: Path = Field(
        default=Path("data"),
        description="Directory of the project homes. Made if missing; on one file system, shared by all hubs.",
    )
    uid_base: int = Field(
        default=1_900_000_000,
        ge=100_000,
        le=4_000_000_000,
        description=(
            "If the hub runs as root, project number n belongs to the Unix user with this number + n (the one before "
            "it makes copies); a hundred million numbers from here on must be free. Never change it once there are "
            "projects. Without effect for a hub that runs as an ordinary user: then that user owns every home."
        ),
    )
    reserve_mb: int = Field(
        default=500,
        ge=0,
        description="Free space in MB that the host keeps: writes and copies that would use it are refused.",
    )
    trash_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="Files that were deleted so many days ago are removed from projects' trash; 0 keeps them.",
    )
    file_workers: int = Field(
        default=8, ge=1, le=256, description="How many files are read or written at the same time by one hub."
    )
    direct_copy_mb: int = Field(
        default=64,
        ge=0,
        description="Single files below this size in MB are copied without starting rsync; 0 turns that off.",
    )
