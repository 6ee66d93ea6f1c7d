"""Every knob, once. Read from the environment (prefix SHORTFACTORY_, nested with `__`)."""

from __future__ import annotations

import base64
import os
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    Field,
    HttpUrl,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_home() -> Path:
    """The per-user data folder."""
    # Postgres never runs as root: its own user must be able to pass every parent folder,
    # which /root forbids.
    if os.geteuid() == 0:
        return Path("/var/lib/shortfactory")
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed by root

    return user_data_path("shortfactory", appauthor=False)


def _webhook_secret(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and 24 <= len(key) <= 64


class GeminiSettings(BaseModel):
    """Google's Gemini: text, pictures, and the fallback voice."""

    base_url: HttpUrl = HttpUrl("https://generativelanguage.googleapis.com")
    text_model: str = "gemini-3.1-flash-lite"
    image_model: str = "gemini-3.1-flash-lite-image"
    image_fallback_model: str = "gemini-nano-banana-2.1"
    speech_model: str = "gemini-3.8-flash-lite-tts"
    sight_model: str = Field(
        default="gemini-3.1-flash-lite",
        description="the text model that looks at each finished picture, so that captions keep "
        "off faces; empty lets nobody look",
    )
    requests_per_minute: int = Field(default=300, ge=1)
    images_per_minute: int = Field(default=60, ge=1)
    timeout_s: float = Field(default=120, gt=0)


class ElevenLabsSettings(BaseModel):
    """ElevenLabs: the voice."""

    base_url: HttpUrl = HttpUrl("https://api.elevenlabs.io")
    model: str = "eleven_flash_v2_5"
    voice_id: str | None = None
    concurrency: int = Field(default=3, ge=1)
    timeout_s: float = Field(default=90, gt=0)


class SimulatorSettings(BaseModel):
    """Where `--providers simulator` finds the simulator, and the key it accepts."""

    base_url: HttpUrl = HttpUrl("http://127.0.0.1:8765")
    api_key: SecretStr = SecretStr("simulator")


class BudgetSettings(BaseModel):
    """Spending limits in dollars. A short may narrow its own, never widen the others."""

    short_usd: Decimal = Field(default=Decimal("0.25"), gt=0)
    tenant_day_usd: Decimal = Field(default=Decimal(5), gt=0)
    deployment_day_usd: Decimal = Field(default=Decimal(50), gt=0)
    deployment_month_usd: Decimal = Field(default=Decimal(500), gt=0)
    alert_webhook: HttpUrl | None = Field(
        default=None,
        description="told by a running worker (`serve` or `worker`) when 50, 80 and 100 % of a "
        "limit are used; from the command line alone, alerts are a log record and a metric",
    )
    alert_secret: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="signs those messages (standardwebhooks.com): `whsec_` and base64",
    )

    @field_validator("alert_secret")
    @classmethod
    def _signs(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        wanted = info.data.get("alert_webhook") is not None or secret is not None
        if wanted and not _webhook_secret(secret.get_secret_value() if secret else ""):
            raise ValueError("give whsec_ and 24 to 64 bytes in base64: openssl rand -base64 32")
        return secret


class GatewaySettings(BaseModel):
    """How patient the one door to paid calls is."""

    attempts: int = Field(default=5, ge=1)
    deadline_s: float = Field(default=300, gt=0)
    first_wait_s: float = Field(default=0.5, ge=0)
    longest_wait_s: float = Field(default=30, gt=0)
    breaker_failures: int = Field(default=8, ge=1)
    breaker_rest_s: float = Field(default=30, gt=0)
    batch_ask_every_s: float = Field(default=300, gt=0)
    batch_arrival_s: float = Field(
        default=120,
        gt=0,
        description="how long a batch that was handed in may be missing in Gemini's list before "
        "it is handed in once more",
    )
    record_certain_s: float = Field(
        default=3600,
        gt=0,
        description="how old a call must be before its absence from the vendor's own record "
        "counts as proof that it cost nothing",
    )
    largest_reply_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)


class GraphSettings(BaseModel):
    """How often the graph tries again before it falls back or parks."""

    revisions: int = Field(default=2, ge=0)
    image_attempts: int = Field(default=2, ge=1)
    voice_attempts: int = Field(default=2, ge=1)
    rewords: int = Field(default=2, ge=0)
    repairs: int = Field(default=1, ge=0)
    scenes_at_once: int = Field(default=6, ge=1)


class RenderSettings(BaseModel):
    """Film size, speed and workers. `workers` 0 means half the cores, at least one."""

    quality: Literal["quick", "default", "best"] = "default"
    workers: int = Field(default=0, ge=0)


class ServiceSettings(BaseModel):
    """The HTTP service and its workers. A worker counts as dead after `dead_after_s` of silence."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    cors_origins: tuple[str, ...] = ()
    requests_per_minute: int = Field(default=600, ge=1)
    largest_body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    deepest_json: int = Field(default=32, ge=2)
    link_lifetime_s: int = Field(default=3600, ge=1)
    tenant_running: int = Field(default=3, ge=1)
    heartbeat_s: float = Field(default=5, gt=0)
    dead_after_s: float = Field(default=20, gt=0)
    reap_every_s: float = Field(default=10, gt=0)
    drain_s: float = Field(default=6, gt=0)
    retention_days: int = Field(default=90, ge=1)
    webhook_attempts: int = Field(default=8, ge=1)
    webhook_private: bool = False


class Settings(BaseSettings):
    """The whole configuration of one process."""

    model_config = SettingsConfigDict(
        env_prefix="SHORTFACTORY_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
    )

    home: Path = Field(default_factory=default_home)
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    providers: Literal["offline", "simulator", "live"] | None = None
    google_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "SHORTFACTORY_GOOGLE_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"
        ),
    )
    elevenlabs_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SHORTFACTORY_ELEVENLABS_API_KEY", "ELEVENLABS_API_KEY"),
    )
    editor: str | None = Field(
        default=None, validation_alias=AliasChoices("SHORTFACTORY_EDITOR", "VISUAL", "EDITOR")
    )
    gemini: GeminiSettings = GeminiSettings()
    elevenlabs: ElevenLabsSettings = ElevenLabsSettings()
    simulator: SimulatorSettings = SimulatorSettings()
    budget: BudgetSettings = BudgetSettings()
    gateway: GatewaySettings = GatewaySettings()
    graph: GraphSettings = GraphSettings()
    render: RenderSettings = RenderSettings()
    service: ServiceSettings = ServiceSettings()

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()
