"""Which model serves which role in one run, and what it may cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from shortfactory.story import Plain

Providers = Literal["offline", "simulator", "live"]
Role = Literal["text", "image", "image_fallback", "voice", "voice_fallback", "sight"]


class Plan(Plain):
    """Model ids ("provider:model") per role. A fallback is another model, never a placeholder.

    `sight` looks at finished pictures; "" leaves them unlooked at, as older plans did.
    `batch`: pictures at half the price, waited for at most `patience_s` and then drawn at once.
    """

    text: str
    image: str
    image_fallback: str
    voice: str
    voice_fallback: str
    image_size: Literal["1K", "2K", "4K"] = "1K"
    sight: str = ""
    batch: bool = False
    patience_s: float = 86_400


class Payer(Plain):
    """On whose account a call is made; every ledger row carries it."""

    run_id: str
    tenant: str = "local"
    budget_usd: Decimal
    node: str
    scene: int | None = None
