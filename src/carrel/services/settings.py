"""What an operator can say about the site, its projects, its copies, its mail, and the pages that embed it."""

from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from carrel.domain.embedding import AllowedParents


class SiteFacts(Protocol):
    """What services say about the site; admins can change it while it runs."""

    @property
    def name(self) -> str: ...
    @property
    def help_email(self) -> str: ...
    @property
    def open_signup(self) -> bool: ...


class SiteSettings(BaseModel):
    """The section `site`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="Carrel", description="shown in mails and pages")
    url: str | None = Field(
        default=None,
        pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$",
        description="where browsers find the site, without base path, such as `https://carrel.example.org`",
    )
    help_email: str = Field(default="help@example.com", description="whom users are told to write to")
    open_signup: bool = Field(default=False, description="whether everybody may create an account")
    terms_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="where the terms of service are that who signs up agrees to",
    )
    auth_token_hours: float = Field(default=12, gt=0, le=24, description="how long a token made by `user_auth` works")
    share_server: bool = Field(default=False, description="whether public paths may be read by who has not signed in")
    key_requests_per_minute: int = Field(default=0, ge=0, description="limit for each API key; 0: none")


class ProjectSettings(BaseModel):
    """The section `projects`: what a project may use unless its own settings say otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tmp_mb: int = Field(default=256, gt=0, description="size of /tmp in a sandbox (memory)")
    start_timeout_s: float = Field(default=60, gt=0, description="how long a call waits for its project to start")
    exec_timeout_max_s: float = Field(default=0, ge=0, description="cap on the `timeout` of commands; 0: none")
    idle_timeout_s: float = Field(
        default=1800, ge=0, description="after how long a project that nobody uses is stopped; 0: never"
    )
    life_check_s: float = Field(
        default=10, gt=0, description="how often it is checked which projects nobody uses, and which have to run"
    )
    disk_check_s: float = Field(default=5, gt=0, description="how often the disk use of running projects is checked")
    jupyter_api: bool = Field(
        default=True, description="whether calls of the API list, run and stop kernels; notebooks run without it, too"
    )
    evaluation_pool: bool = Field(
        default=False,
        description="whether accounts may evaluate code without a project, in hidden ones without network",
    )


class CopySettings(BaseModel):
    """The section `copies`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parallel: int = Field(default=2, ge=1, description="copies that one hub runs at the same time")
    lease_s: float = Field(
        default=30, gt=1, description="after this long without a sign of life a worker's copy runs again"
    )
    wait_s: float = Field(default=240, gt=0, description="how long a waiting call waits before it is told to ask later")


class MailSettings(BaseModel):
    """The section `mail`; without `host` mails are stored and not sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str | None = Field(default=None, description="SMTP server")
    port: int = Field(default=587, description="SMTP port")
    user: str | None = Field(default=None, description="SMTP user name")
    password: SecretStr | None = Field(default=None, description="SMTP password")
    start_tls: bool = Field(default=True, description="whether STARTTLS is required")
    sender: str = Field(default="carrel@localhost", description="the From address")
    retry_s: float = Field(default=60, gt=0, description="pause before a failed mail is tried again")


class WebhookSettings(BaseModel):
    """The section `webhooks`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_private: bool = Field(
        default=False, description="whether webhooks may be at private addresses, and at `http://` ones"
    )
    timeout_s: float = Field(default=10, gt=0, description="how long a receiver may take to answer")
    retry_s: float = Field(default=30, gt=0, description="pause before the second attempt; later ones are longer")


class IframeSettings(BaseModel):
    """The section `iframe`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    comm_hosts: str = Field(
        default="",
        description="hosts whose pages may embed Carrel and speak to it, separated by spaces or commas: "
        "`lms.example.org`, `.example.org` (it and all below it), `lms.example.org:8443`; unset: nobody",
    )

    @model_validator(mode="after")
    def _check_hosts(self) -> Self:
        AllowedParents.parse(self.comm_hosts)
        return self


class EmbedSettings(BaseModel):
    """The section `embed`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corp: bool = Field(
        default=False, description="whether pages say that cross-origin isolated pages may embed them, too"
    )
