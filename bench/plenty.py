"""Settings and vendors under which neither money nor pace is short: what else fails is measured."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from bench.faults import settings_for
from shortfactory.settings import BudgetSettings, ElevenLabsSettings, GeminiSettings, Settings
from simulator.scenarios import Scenario
from simulator.server import Simulator

VOICES_AT_ONCE = 50
CALM = Scenario(pictures=24, concurrency=VOICES_AT_ONCE)
RICH = BudgetSettings(tenant_day_usd=Decimal(500), deployment_day_usd=Decimal(500))
PER_MINUTE = 100_000  # a minute's limit would be a wait


def plenty(home: Path, simulator: Simulator, database_url: str | None = None) -> Settings:
    """Settings that point the live adapters at a simulator, which should be as `CALM`."""
    settings = settings_for(home, simulator, database_url)
    return settings.model_copy(
        update={
            "budget": RICH,
            "gemini": GeminiSettings(requests_per_minute=PER_MINUTE, images_per_minute=PER_MINUTE),
            "elevenlabs": ElevenLabsSettings(concurrency=VOICES_AT_ONCE),
            "gateway": settings.gateway.model_copy(update={"attempts": 5}),
        }
    )
