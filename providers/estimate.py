"""What a short will cost before it is made: per scene, usually, at least needed, and at worst."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from providers.imagined import imagined
from providers.model_rows import MODEL_ROWS
from providers.ports import ImageRequest, SightRequest, VoiceRequest
from providers.price_rows import Lane
from providers.prices import price, usual, worst
from shortfactory.errors import ConfigurationError
from shortfactory.money import ZERO
from shortfactory.plan import Plan
from shortfactory.settings import GraphSettings
from shortfactory.story import MAX_SCENES, Plain, Scene, Script, Topic

# Tokens in and out of one writing step, measured on the project's own prompts; a reply ends at
# 8,192 tokens, and a prompt with a person's notes is at most twice as long as usual.
_WRITING = {"story": (1000, 900), "script": (2000, 1800), "revise": (3500, 1800)}
_REWORD, _LONGEST_REPLY_TOKENS = (600, 150), 8192
_STYLE_CHARACTERS = 900  # style, light, palette and looks around a scene's own picture note
_REFERENCES = {row.id: row.references for row in MODEL_ROWS}
_SHEET = "0" * 64


class Part(Plain):
    """Dollars of one kind of work: on an ordinary day, and with every retry the graph allows."""

    calls: int
    expected_usd: Decimal
    worst_usd: Decimal


NOTHING = Part(calls=0, expected_usd=ZERO, worst_usd=ZERO)


class SceneEstimate(Plain):
    """One scene: its picture, looked at (free where it shows another's), and its voice."""

    number: int
    picture: Part
    voice: Part


class Estimate(Plain):
    """The whole short. JSON-plain.

    `expected_usd`: everything succeeds the first time. `needed_usd`: must be left of the budget so
    that this can happen, because each call first reserves its own worst case. `worst_usd`: every
    retry, reword, fallback and repair that the graph allows really happens.
    """

    plan: Plan
    writing: Part
    sheets: Part
    scenes: tuple[SceneEstimate, ...]
    expected_usd: Decimal
    needed_usd: Decimal
    worst_usd: Decimal


def estimate(about: Topic | Script, plan: Plan, limits: GraphSettings, at: datetime) -> Estimate:
    """Price a topic (writing included) or a written script; scenes that look alike share a picture.

    Raises:
        ConfigurationError: a model of the plan has no known price.
    """
    pricing = _Pricing(plan, limits, at)
    script = about if isinstance(about, Script) else imagined(about)
    writing = pricing.writing(script_is_there=isinstance(about, Script))
    numbers = [scene.number for scene in script.scenes]
    headroom_usd = pricing.headroom_usd(script, numbers, numbers)
    scenes = tuple(pricing.scenes(script))
    return _together(plan, writing, pricing.sheets(script), scenes, headroom_usd)


def estimate_again(
    script: Script,
    plan: Plan,
    limits: GraphSettings,
    at: datetime,
    *,
    pictures: Collection[int],
    voices: Collection[int],
) -> Estimate:
    """Price a change of a finished film: these scenes' pictures and voices; raises likewise."""
    pricing = _Pricing(plan, limits, at)
    scenes = tuple(
        SceneEstimate(
            number=scene.number,
            picture=pricing.picture(scene, script) if scene.number in pictures else NOTHING,
            voice=pricing.voice(scene, script) if scene.number in voices else NOTHING,
        )
        for scene in script.scenes
        if scene.number in {*pictures, *voices}
    )
    headroom_usd = pricing.headroom_usd(script, pictures, voices)
    return _together(plan, NOTHING, NOTHING, scenes, headroom_usd)


def _together(
    plan: Plan,
    writing: Part,
    sheets: Part,
    scenes: tuple[SceneEstimate, ...],
    headroom_usd: Decimal,
) -> Estimate:
    parts = [writing, sheets, *(p for scene in scenes for p in (scene.picture, scene.voice))]
    expected_usd = _sum(part.expected_usd for part in parts)
    return Estimate(
        plan=plan,
        writing=writing,
        sheets=sheets,
        scenes=scenes,
        expected_usd=expected_usd,
        needed_usd=expected_usd + headroom_usd,
        worst_usd=_sum(part.worst_usd for part in parts),
    )


def recurring(script: Script) -> tuple[str, ...]:
    """The characters who appear in two scenes or more, and so get a character sheet."""
    names = (character.name for character in script.characters)
    return tuple(
        name for name in names if sum(name in scene.characters for scene in script.scenes) >= 2
    )


@dataclass(frozen=True, slots=True)
class _Pricing:
    plan: Plan
    limits: GraphSettings
    at: datetime

    @property
    def lane(self) -> Lane:
        return "batch" if self.plan.batch else "standard"

    def writing(self, *, script_is_there: bool) -> Part:
        if script_is_there:
            return NOTHING
        steps = [self._text(*_WRITING["story"]), self._text(*_WRITING["script"])]
        revising = self._text(*_WRITING["revise"])
        return Part(
            calls=2,
            expected_usd=_sum(step[0] for step in steps),
            worst_usd=_sum(step[1] for step in steps) * (1 + self.limits.revisions)
            + revising[1] * self.limits.revisions,
        )

    def sheets(self, script: Script) -> Part:
        count = len(recurring(script)) if self._takes_references(self.plan.image) else 0
        request = ImageRequest(prompt="a" * _STYLE_CHARACTERS, aspect="1:1")
        # The cast is drawn at once, batch or not: no scene can begin before it.
        usually_usd, most_usd = (f(self.plan.image, request, self.at) for f in (usual, worst))
        return Part(calls=count, expected_usd=usually_usd * count, worst_usd=most_usd * count)

    def scenes(self, script: Script) -> Iterable[SceneEstimate]:
        drawn: set[tuple[str, tuple[str, ...]]] = set()
        for scene in script.scenes:
            look = (scene.picture, scene.characters)
            picture = NOTHING if look in drawn else self.picture(scene, script)
            drawn.add(look)
            yield SceneEstimate(
                number=scene.number, picture=picture, voice=self.voice(scene, script)
            )

    def headroom_usd(
        self, script: Script, pictures: Collection[int], voices: Collection[int]
    ) -> Decimal:
        """The most that reservations of calls in flight can hold above what they will cost."""
        plan, gaps = self.plan, [ZERO]
        # In a batch nobody waits for a turn: all pictures are held for together.
        turns = MAX_SCENES if plan.batch else self.limits.scenes_at_once
        for scene in script.scenes:
            if scene.number in pictures:
                request = self._picture_request(scene, script, plan.image)
                usually_usd, most_usd = self._image(plan.image, request)
                gaps.append(most_usd - usually_usd)
                looked_usd, most_looked_usd = self._look()
                gaps.append(most_looked_usd - looked_usd)
            if scene.number in voices:
                spoken = VoiceRequest(text=scene.narration, language=script.language)
                gaps.append(worst(plan.voice, spoken, self.at) - usual(plan.voice, spoken, self.at))
        return max(gaps) * min(len({*pictures, *voices}), turns)

    def picture(self, scene: Scene, script: Script) -> Part:
        main = self._image(self.plan.image, self._picture_request(scene, script, self.plan.image))
        other = self._image(
            self.plan.image_fallback, self._picture_request(scene, script, self.plan.image_fallback)
        )
        tries = max(2, self.limits.image_attempts) + self.limits.rewords
        rewording_usd = self._text(*_REWORD)[1] * self.limits.rewords
        once_usd = main[1] * tries + other[1] * self.limits.image_attempts + rewording_usd
        looked_usd, most_looked_usd = self._look()
        return Part(
            calls=2 if self.plan.sight else 1,
            expected_usd=main[0] + looked_usd,
            worst_usd=(once_usd + most_looked_usd) * (1 + self.limits.repairs),
        )

    def voice(self, scene: Scene, script: Script) -> Part:
        request = VoiceRequest(text=scene.narration, language=script.language)
        tries = self.limits.voice_attempts * (1 + self.limits.repairs)
        most_usd = _sum(
            worst(model_id, request, self.at) * tries
            for model_id in (self.plan.voice, self.plan.voice_fallback)
        )
        expected_usd = usual(self.plan.voice, request, self.at)
        return Part(calls=1, expected_usd=expected_usd, worst_usd=most_usd)

    def _picture_request(self, scene: Scene, script: Script, model_id: str) -> ImageRequest:
        sheets = [name for name in recurring(script) if name in scene.characters]
        references = (_SHEET,) * len(sheets) if self._takes_references(model_id) else ()
        size = self.plan.image_size
        prompt = scene.picture + "a" * _STYLE_CHARACTERS
        return ImageRequest(prompt=prompt, size=size, references=references)

    def _image(self, model_id: str, request: ImageRequest) -> tuple[Decimal, Decimal]:
        facts = (model_id, request, self.at, self.lane)
        return usual(*facts), worst(*facts)

    def _look(self) -> tuple[Decimal, Decimal]:
        """Of one picture; only one that has passed its measurements is looked at."""
        if not self.plan.sight:
            return ZERO, ZERO
        facts = (self.plan.sight, SightRequest(picture=_SHEET), self.at)
        return usual(*facts), worst(*facts)

    def _text(self, tokens_in: int, tokens_out: int) -> tuple[Decimal, Decimal]:
        usually = {"input_tokens": tokens_in, "output_tokens": tokens_out}
        most = {"input_tokens": tokens_in * 2, "output_tokens": _LONGEST_REPLY_TOKENS}
        usually_usd = price(self.plan.text, usually, self.at)
        most_usd = price(self.plan.text, most, self.at)
        if usually_usd is None or most_usd is None:
            raise ConfigurationError(f"{self.plan.text} is not priced by tokens in and out.")
        return usually_usd, most_usd

    def _takes_references(self, model_id: str) -> bool:
        return _REFERENCES.get(model_id, 0) > 0


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
