"""All settings in one value: sections that the layers below define, read from `CARREL_*` variables or a TOML file.

`CARREL_<SECTION>_<FIELD>` in the environment wins over `[section] field` in the file that `CARREL_CONFIG` names.
"""

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from carrel.domain.embedding import AllowedParents
from carrel.runners.settings import RunnerSettings
from carrel.services.settings import (
    CopySettings,
    EmbedSettings,
    IframeSettings,
    MailSettings,
    ProjectSettings,
    SiteSettings,
    WebhookSettings,
)
from carrel.storage.settings import DataSettings
from carrel.store.settings import StoreSettings


class HubSettings(BaseModel):
    """The section `hub`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(
        default=8000, ge=0, le=65535, description="port to listen on; 0: any free one, which the log names"
    )
    base_path: str = Field(default="", pattern=r"^(/[A-Za-z0-9._~-]+)*$", description="path in front of all routes")
    trusted_proxies: str = Field(
        default="127.0.0.1", description="addresses whose `X-Forwarded-For` is believed, separated by comma"
    )
    log_format: str = Field(
        default="text", pattern="^(text|json)$", description="`text` for people, `json` for machines"
    )


class LiveSettings(BaseModel):
    """The section `live`: what pages that are connected may use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connections: int = Field(default=200, ge=1, description="pages of one account that may be connected at a time")
    documents: int = Field(default=50, ge=1, description="documents that one page may have open at a time")
    messages_per_second: int = Field(default=1000, ge=10, description="a page that sends more is read more slowly")
    check_s: float = Field(default=30, gt=0, description="how often the rights of connected pages are checked again")
    patience_s: float = Field(
        default=30, gt=0, description="how long a page may leave its messages untaken, and a project its input"
    )


class Settings(BaseSettings):
    """Everything an operator can configure."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="CARREL_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
    )

    database: StoreSettings = StoreSettings()
    data: DataSettings = DataSettings()
    runner: RunnerSettings = RunnerSettings()
    hub: HubSettings = HubSettings()
    site: SiteSettings = SiteSettings()
    projects: ProjectSettings = ProjectSettings()
    copies: CopySettings = CopySettings()
    webhooks: WebhookSettings = WebhookSettings()
    mail: MailSettings = MailSettings()
    iframe: IframeSettings = IframeSettings()
    embed: EmbedSettings = EmbedSettings()
    live: LiveSettings = LiveSettings()
    dev: bool = Field(
        default=False, description="whether pages of `http://localhost` and `http://127.0.0.1` may embed too"
    )

    @model_validator(mode="after")
    def _check_dev(self) -> Self:
        host = (self.site.url or "").partition("://")[2].partition(":")[0]
        if self.dev and (self.site.url or "").startswith("https:") and host not in ("localhost", "127.0.0.1"):
            raise ValueError(f"dev is for a developer's machine; the site is public: {self.site.url}")
        return self

    @property
    def parents(self) -> AllowedParents:
        """The pages that may embed."""
        return AllowedParents.parse(self.iframe.comm_hosts, dev=self.dev)

    @property
    def address(self) -> str:
        """Where browsers find the site, for links in mails: what a request says of that is not to be trusted."""
        return (self.site.url or f"http://{self.hub.host}:{self.hub.port}") + self.hub.base_path

    @property
    def database_url(self) -> str:
        if self.database.url is not None:
            return self.database.url.get_secret_value()
        return f"sqlite:///{self.data.dir.absolute() / 'carrel.sqlite'}"


def load_settings(config: Path | None = None, **sections: Any) -> Settings:
    """Settings from the arguments, the environment and the file, in this order of precedence."""
    if config is None:
        return Settings(**sections)

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config)

    return FromFile(**sections)
