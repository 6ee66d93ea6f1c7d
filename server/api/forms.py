"""What clients send, with its limits and examples."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from media.style import load as load_style
from nodes.brought import check_brought
from providers.catalog import plan_for
from providers.economy import patient
from providers.offline.script_file import parse_script
from providers.offline.script_render import script_markdown
from providers.offline.voice import speech_language
from server.ordering import patience_of, providers_of
from shortfactory.errors import InvalidInput
from shortfactory.money import LARGEST_USD
from shortfactory.order import (
    MAX_NOTES_CHARACTERS,
    Approve,
    Order,
    check_text,
    check_topic,
)
from shortfactory.plan import Plan, Providers
from shortfactory.settings import Settings
from shortfactory.story import (
    MAX_SCENES,
    MAX_SECONDS,
    MAX_SOURCE_CHARACTERS,
    MAX_TOPIC_CHARACTERS,
    MIN_SCENES,
    MIN_SECONDS,
    Effects,
    Script,
    Topic,
)

Budget = Annotated[
    Decimal,
    Field(gt=0, le=LARGEST_USD, decimal_places=6, examples=["0.25"], description="Dollars."),
]


class Form(BaseModel):
    """A body; what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")


class TopicForm(Form):
    """What a short is about."""

    topic: str = Field("", max_length=MAX_TOPIC_CHARACTERS, examples=["Why bees dance"])
    script: str | None = Field(
        None,
        max_length=MAX_SOURCE_CHARACTERS,
        description="A finished script in Markdown, filmed as it is written.",
    )
    source: str | None = Field(
        None, max_length=MAX_SOURCE_CHARACTERS, description="An article to make it from."
    )
    language: str = Field("en", max_length=40, examples=["en"])
    seconds: float = Field(45.0, ge=MIN_SECONDS, le=MAX_SECONDS, allow_inf_nan=False, strict=True)
    scenes: int = Field(6, ge=MIN_SCENES, le=MAX_SCENES, strict=True)
    style: str = Field("editorial", max_length=80)
    made_for_kids: bool = Field(False, strict=True, description="Say so to the platforms.")
    effects: Effects = Field(
        "auto", description="Sounds at transitions; auto leaves it to the style."
    )
    handoff: bool = Field(
        False,
        strict=True,
        description="Add picture track, stems and timeline for editing programs.",
    )
    providers: Providers | None = Field(
        None, description="live where the service has keys, else offline."
    )
    patience: str | None = Field(
        None,
        max_length=20,
        examples=["24h"],
        description="How long pictures may take at half their price: 10m to 2d.",
    )

    def checked(self, settings: Settings) -> tuple[Topic, Providers]:
        """Topic and providers, when all of it can be used.

        Raises:
            UsageError: naming the value and what would be right.
        """
        topic = check_topic(
            Topic(
                text=self.topic,
                language=self.language,
                seconds=self.seconds,
                scenes=self.scenes,
                style=self.style,
                script=self.script,
                source=self.source,
                made_for_kids=self.made_for_kids,
                handoff=self.handoff,
                effects=self.effects,
            )
        )
        load_style(topic.style)
        speech_language(topic.language)
        providers = providers_of(self.providers, settings)
        check_brought(topic, providers)
        return topic, providers

    def plan(self, settings: Settings, providers: Providers) -> Plan:
        """The models it is made with: pictures in batches where the client can wait.

        Raises:
            UsageError: the patience, or models that do not draw in batches.
        """
        return patient(plan_for(settings, providers), patience_of(self.patience))


class ShortForm(TopicForm):
    """An order for a short."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"topic": "Why bees dance", "seconds": 45, "scenes": 6, "budget_usd": "0.25"},
                {"script": "# Tide\n\n## One\nThe sea breathes twice a day.", "approve": "auto"},
            ]
        }
    )
    budget_usd: Budget | None = None
    approve: Approve = "ask"
    webhook_url: str | None = Field(
        None, max_length=2_000, examples=["https://example.com/hooks/shorts"]
    )

    def order(self, settings: Settings, tenant: str) -> Order:
        """The order, checked.

        Raises:
            UsageError: naming the value and what would be right.
        """
        topic, providers = self.checked(settings)
        self.plan(settings, providers)
        return Order(
            topic=topic,
            providers=providers,
            budget_usd=self.budget_usd or settings.budget.short_usd,
            patience_s=patience_of(self.patience),
            approve=self.approve,
            tenant=tenant,
        )


class DecisionForm(Form):
    """A person's decision about one version of the script."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve", "script_version": 1},
                {"decision": "revise", "script_version": 1, "notes": "Shorter sentences."},
            ]
        }
    )
    decision: Literal["approve", "revise", "reject"]
    script_version: int = Field(
        ge=0, le=1_000_000, strict=True, description="The version that was read."
    )
    notes: str | None = Field(None, max_length=MAX_NOTES_CHARACTERS)
    script: str | Script | None = Field(
        None, description="With approve: the edited script, as Markdown or as JSON."
    )

    def edited(self, topic: Topic) -> Script | None:
        """The edited script, in the bounds of every script.

        Raises:
            InvalidInput: naming the place and what would be right.
        """
        if self.script is None or self.decision != "approve":
            return None
        if isinstance(self.script, str):
            return parse_script(self.script, topic)
        parse_script(script_markdown(self.script), topic)
        if [scene.number for scene in self.script.scenes] != [
            *range(1, len(self.script.scenes) + 1)
        ]:
            raise InvalidInput("scenes", "numbers", "number scenes 1, 2, 3 and so on")
        return self.script

    def wanted(self) -> str:
        """The notes of a revision.

        Raises:
            InvalidInput: none, or not text.
        """
        check_text("notes", self.notes or "", MAX_NOTES_CHARACTERS)
        return self.notes or ""


class BudgetForm(Form):
    """A new spending limit."""

    budget_usd: Budget
