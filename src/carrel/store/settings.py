"""Where the database is."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class StoreSettings(BaseModel):
    """The section `database`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr | None = Field(
        default=None,
        description="`sqlite:///<path>` or `postgresql://user:password@host/name`; unset: SQLite in the data directory",
    )
    pool_size: int = Field(
        default=8, ge=1, description="connections that one hub holds (for SQLite: readers; there is one writer)"
    )
