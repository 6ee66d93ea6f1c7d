"""Which model serves which role, and the adapter behind an id: the one file that knows all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from providers.access import Access, vendor_access
from providers.ledger import Realm
from providers.model_rows import MODEL_ROWS, Kind, ModelRow
from providers.plans import offline_plan, vendor_plan
from providers.ports import BatchImageModel, ImageModel, SightModel, TextModel, VoiceModel
from providers.prices import priced_for
from providers.ratelimit import CallLimits
from shortfactory.errors import ConfigurationError
from shortfactory.plan import Plan, Providers
from shortfactory.settings import Settings

if TYPE_CHECKING:
    import httpx

Adapter = TypeVar("Adapter")
Observe = Callable[[str, int], None]

_ROWS = {row.id: row for row in MODEL_ROWS}

# Spoken words per second of the live voices (about 150 words a minute in English), for planning.
# Languages without spaces count three characters as a word, as nodes/critique.py does.
_WORDS_PER_S = {"en": 2.5, "es": 2.6, "fr": 2.6, "it": 2.4, "pt": 2.5, "de": 2.1, "nl": 2.3} | {
    "pl": 2.0, "ru": 1.9, "uk": 1.9, "tr": 1.8, "fi": 1.6, "ja": 2.4, "zh": 1.5
}  # fmt: skip
_USUAL_WORDS_PER_S = 2.2


def plan_for(settings: Settings, providers: Providers, today: date | None = None) -> Plan:
    """The models that serve a new run.

    Raises:
        ConfigurationError: a key is missing or unusable, or a chosen model is unknown, of the
            wrong kind, without a price, or past its sunset (the successor is named).
    """
    plan = offline_plan() if providers == "offline" else vendor_plan(settings)
    today = today or datetime.now(UTC).date()
    roles: tuple[tuple[str, Kind], ...] = (
        (plan.text, "text"),
        (plan.image, "image"),
        (plan.image_fallback, "image"),
        (plan.voice, "voice"),
        (plan.voice_fallback, "voice"),
        *(((plan.sight, "sight"),) if plan.sight else ()),
    )
    for model_id, kind in roles:
        row = usable(model_id, kind, today)
        priced_for(model_id, datetime(today.year, today.month, today.day, tzinfo=UTC))
        if row.kind == "image" and plan.image_size not in row.sizes:
            raise ConfigurationError(f"{model_id} does not draw {plan.image_size} pictures.")
    if plan.image == plan.image_fallback or plan.voice == plan.voice_fallback:
        raise ConfigurationError("A fallback must be another model than the one it stands in for.")
    if providers != "offline":
        vendor_access(settings, providers, "gemini")
        vendor_access(settings, providers, "elevenlabs")
    return plan


def usable(model_id: str, kind: Kind, today: date) -> ModelRow:
    """The row of a model that may be used today for this kind of work.

    Raises:
        ConfigurationError: unknown, of another kind, or past its sunset.
    """
    row = _ROWS.get(model_id)
    if row is None or not row.serves(kind):
        known = ", ".join(r.name for r in current(kind, today) if r.provider != "offline")
        raise ConfigurationError(
            f"{model_id} is not a known {kind} model.",
            cure=f"Use one of {known}, or add it to providers/model_rows.py.",
        )
    if row.sunset is not None and row.sunset <= today:
        raise ConfigurationError(
            f"{model_id} was switched off by its vendor on {row.sunset}.",
            cure=f"Use its successor {row.successor.partition(':')[2]}.",
        )
    return row


def current(kind: Kind, today: date) -> tuple[ModelRow, ...]:
    """The models of a kind that still answer today."""
    rows = (row for row in MODEL_ROWS if row.serves(kind))
    return tuple(row for row in rows if row.sunset is None or today < row.sunset)


def warnings(plan: Plan, today: date, ahead_days: int = 30) -> tuple[str, ...]:
    """What a person should know of a plan's models before their sunset, one sentence each."""
    soon = today + timedelta(days=ahead_days)
    ids = {plan.text, plan.image, plan.image_fallback, plan.voice, plan.voice_fallback}
    ids.add(plan.sight)
    rows = [_ROWS[model_id] for model_id in sorted(ids) if model_id in _ROWS]
    return tuple(
        f"{row.id} will be switched off on {row.sunset}; its successor is {row.successor}."
        for row in rows
        if row.sunset is not None and today < row.sunset <= soon
    )


class Catalog:
    """The adapters of one kind of providers, each built at its first use and kept."""

    def __init__(
        self, settings: Settings, providers: Providers, http: httpx.AsyncClient | None = None
    ) -> None:
        """Know where to find adapters; offline ones need no `http`. Nothing is loaded yet."""
        self._settings, self._http = settings, http
        self._providers: Providers = providers
        self._built: dict[tuple[Kind, str], Any] = {}
        self._observe: Observe | None = None

    def text(self, model_id: str) -> TextModel:
        """The adapter that writes; raises ConfigurationError as `plan_for` does."""
        return self._once(model_id, "text", self._text)

    def image(self, model_id: str) -> ImageModel:
        """The adapter that draws; raises ConfigurationError as `plan_for` does."""
        return self._once(model_id, "image", self._image)

    def batched(self, model_id: str) -> BatchImageModel:
        """The adapter that draws later; raises ConfigurationError where its vendor does not."""
        adapter = self._once(model_id, "image", self._image)
        if isinstance(adapter, BatchImageModel):
            return adapter
        raise ConfigurationError(
            f"{model_id} does not draw in batches.", cure="Order without patience."
        )

    def voice(self, model_id: str) -> VoiceModel:
        """The adapter that speaks; raises ConfigurationError as `plan_for` does."""
        return self._once(model_id, "voice", self._voice)

    def sight(self, model_id: str) -> SightModel:
        """The adapter that looks at pictures; raises ConfigurationError as `plan_for` does."""
        return self._once(model_id, "sight", self._sight)

    def limits(self, model_id: str) -> CallLimits:
        """How many calls of this model may start per minute and run at once."""
        row, gemini = _ROWS[model_id], self._settings.gemini
        if row.provider == "elevenlabs":
            return CallLimits(name="elevenlabs", at_once=self._settings.elevenlabs.concurrency)
        if row.provider == "gemini":
            pictures = row.kind == "image"
            starts = gemini.images_per_minute if pictures else gemini.requests_per_minute
            return CallLimits(name=model_id, per_minute=starts)
        return CallLimits(name=model_id)

    def realm(self, model_id: str) -> Realm:
        """Whose dollars a call of this model spends: real, simulated, or none."""
        return "offline" if model_id.startswith("offline:") else self._providers

    def takes_references(self, model_id: str) -> bool:
        """Whether an image model can stay consistent with given pictures."""
        return model_id in _ROWS and _ROWS[model_id].references > 0

    def words_per_second(self, model_id: str, language: str) -> float:
        """How fast a voice usually speaks a language, for planning a narration's length."""
        if model_id.startswith("offline:"):
            from providers.offline.voice import words_per_second  # noqa: PLC0415 - loads espeak

            return words_per_second(language)
        return _WORDS_PER_S.get(language.partition("-")[0], _USUAL_WORDS_PER_S)

    def report_concurrency_to(self, observe: Observe) -> None:
        """Tell this limiter what a vendor says of its own concurrency (name, at once)."""
        self._observe = observe

    def _once(self, model_id: str, kind: Kind, build: Callable[[ModelRow], Adapter]) -> Adapter:
        if (kind, model_id) not in self._built:
            self._built[kind, model_id] = build(usable(model_id, kind, datetime.now(UTC).date()))
        return self._built[kind, model_id]

    # Adapters are imported where they are built: the vendors' SDKs cost seconds and megabytes.

    def _text(self, row: ModelRow) -> TextModel:
        if row.provider == "offline":
            from providers.offline.writer import OfflineWriter  # noqa: PLC0415

            return OfflineWriter()
        from providers.gemini import GeminiText  # noqa: PLC0415

        return self._gemini(GeminiText, row)

    def _image(self, row: ModelRow) -> ImageModel:
        if row.provider == "offline":
            from providers.offline.illustrator import (  # noqa: PLC0415
                OfflineIllustrator,
                OfflinePoster,
            )

            return OfflinePoster() if row.name == "poster" else OfflineIllustrator()
        from providers.gemini_batch import GeminiBatchImage  # noqa: PLC0415

        return self._gemini(GeminiBatchImage, row)

    def _voice(self, row: ModelRow) -> VoiceModel:
        if row.provider == "offline":
            from providers.offline import voice  # noqa: PLC0415

            understudy = row.name == "espeak-klatt"
            return voice.OfflineVoice(voice.UNDERSTUDY if understudy else voice.NARRATOR)
        if row.provider == "elevenlabs":
            return self._elevenlabs(row)
        from providers.gemini_speech import GeminiSpeech  # noqa: PLC0415

        return self._gemini(GeminiSpeech, row)

    def _sight(self, row: ModelRow) -> SightModel:
        if row.provider == "offline":
            from providers.offline.eye import OfflineEye  # noqa: PLC0415

            return OfflineEye()
        from providers.gemini_sight import GeminiSight  # noqa: PLC0415

        return self._gemini(GeminiSight, row)

    def _gemini(self, adapter: Callable[..., Adapter], row: ModelRow) -> Adapter:
        key, base_url = vendor_access(self._settings, self._providers, "gemini")
        timeout_s = self._settings.gemini.timeout_s
        return adapter(Access(row.name, key, base_url, timeout_s, self._client()))

    def _elevenlabs(self, row: ModelRow) -> VoiceModel:
        from providers.elevenlabs import ElevenLabsVoice  # noqa: PLC0415

        key, base_url = vendor_access(self._settings, self._providers, "elevenlabs")
        chosen = self._settings.elevenlabs
        return ElevenLabsVoice(
            Access(row.name, key, base_url, chosen.timeout_s, self._client()),
            chosen.voice_id,
            partial(self._observe, "elevenlabs") if self._observe else None,
        )

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            raise ConfigurationError("Vendors need an HTTP client; this catalogue has none.")
        return self._http
