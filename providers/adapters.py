"""What the gateway asks of whoever knows the adapters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from providers.ledger import Realm
from providers.ports import BatchImageModel, ImageModel, SightModel, TextModel, VoiceModel
from providers.ratelimit import CallLimits


class Models(Protocol):
    """What the gateway asks of the catalogue."""

    def text(self, model_id: str) -> TextModel:
        """The adapter that writes."""
        ...

    def image(self, model_id: str) -> ImageModel:
        """The adapter that draws."""
        ...

    def batched(self, model_id: str) -> BatchImageModel:
        """The adapter that draws later, for less."""
        ...

    def voice(self, model_id: str) -> VoiceModel:
        """The adapter that speaks."""
        ...

    def sight(self, model_id: str) -> SightModel:
        """The adapter that looks at pictures."""
        ...

    def limits(self, model_id: str) -> CallLimits:
        """How many calls of this model may start and run."""
        ...

    def realm(self, model_id: str) -> Realm:
        """Whether its dollars are real."""
        ...

    def report_concurrency_to(self, observe: Callable[[str, int], None]) -> None:
        """Tell a limiter what vendors say of their own concurrency."""
        ...
