"""What the MCP server's tools take and answer: facts a model can act on, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from graph.run import Run, Status
from graph.short import Short
from graph.versions import Version
from providers.estimate import estimate
from providers.offline.script_file import parse_script
from providers.offline.script_render import script_markdown
from server.api.forms import Form, ShortForm
from shortfactory.change import Half
from shortfactory.settings import Settings
from shortfactory.story import Effects, Plain

NEXT: dict[Status, str] = {
    "queued": "It begins soon: ask short_status again. If it stays so, call resume_short.",
    "running": "It is being made: ask short_status again in some seconds.",
    "waiting_approval": "Show the script to a person; then call approve_short with their decision "
    "and this script_version.",
    "waiting_budget": "It needs more money: call resume_short with a larger budget_usd.",
    "parked": "Read the reason; when it is cured, call resume_short.",
    "failed": "Read the reason; call resume_short to try again. Nothing finished is paid twice.",
    "done": "Call download_short for the film and its companions; reroll_short changes it.",
    "rejected": "It has ended.",
    "cancelled": "It has ended.",
}


class Listed(Plain):
    """One short in a list."""

    id: str
    status: Status
    title: str
    created_at: str


class Shorts(Plain):
    """The newest shorts, newest first."""

    shorts: tuple[Listed, ...]


class MadeSoFar(Plain):
    """How many scenes there are, and of how many each part is made."""

    scenes: int = 0
    pictures: int = 0
    narrations: int = 0
    segments: int = 0


class ShortFacts(Plain):
    """Where one short stands. Dollars are exact decimals as text."""

    id: str
    status: Status
    next: str
    title: str = ""
    reason: str = ""
    script_version: int = 0
    script: str = Field(default="", description="The script as Markdown, once it is written.")
    findings: tuple[dict[str, Any], ...] = ()
    made: MadeSoFar = MadeSoFar()
    budget_usd: str
    expected_usd: str | None = None
    spent_usd: str
    files: tuple[str, ...] = ()


class Different(Form):
    """What shall be different: of one scene, or of the whole film."""

    scene: int | None = Field(None, description="The scene, where the change is of one.")
    picture: str | None = Field(None, description="What the scene's picture shall show instead.")
    narration: str | None = Field(None, description="The scene's new words.")
    again: tuple[Half, ...] = Field((), description="Halves of the scene to take once more.")
    voice: str | None = Field(None, description="Another voice for the whole film.")
    language: str | None = Field(None, description="Another language over the same pictures.")
    script: str | None = Field(None, description="The script in that language, if you have it.")
    effects: Effects | None = Field(None, description="Sounds at the film's transitions.")


class OwnMusic(Form):
    """Somebody's own music; only where this server runs on their machine."""

    file: str = Field(description="The path of the file.", max_length=4_000)
    licence: str = Field(description="What allows its use, for the credits.", max_length=500)


class Film(Plain):
    """One film that a short has been. `took` are the calls of its change that left for a vendor."""

    version: int
    current: bool
    based_on: int | None
    change: dict[str, Any] | None
    took: tuple[str, ...]
    cost_usd: str
    title: str
    language: str


class Films(Plain):
    """Every film that a short has been, the first first."""

    versions: tuple[Film, ...]


class Price(Plain):
    """What a short would cost. `needed_usd` must fit into the budget for it to be made at once."""

    expected_usd: str
    needed_usd: str
    worst_usd: str
    budget_usd: str
    fits: bool


class Files(Plain):
    """Where each file of a finished short is: a path on this machine, or a link that expires."""

    files: dict[str, str]


def listed(run: Run) -> Listed:
    """A row of the list."""
    created_at = run.created_at.isoformat(timespec="seconds")
    return Listed(id=run.id, status=run.status, title=run.title, created_at=created_at)


def film_of(version: Version) -> Film:
    """A row of the versions."""
    change = version.change.model_dump(mode="json", exclude={"script"}) if version.change else None
    return Film(
        version=version.version,
        current=version.current,
        based_on=version.based_on,
        change=change,
        took=tuple(
            f"{call.node} scene {call.scene}" if call.scene else call.node
            for call in version.calls
            if call.status not in ("cached", "released")
        ),
        cost_usd=f"{version.cost_usd:f}",
        title=version.script.title,
        language=version.script.language,
    )


def facts_of(short: Short, trouble: str = "") -> ShortFacts:
    """The answer about one short; `trouble` is what kept this process from working on it."""
    run, estimate = short.run, short.estimate
    return ShortFacts(
        id=run.id,
        status=run.status,
        next=NEXT[run.status],
        title=run.title,
        reason=run.reason or trouble,
        script_version=run.script_version,
        script=script_markdown(short.script) if short.script else "",
        findings=tuple(dict(finding) for finding in short.findings),
        made=_made(short),
        budget_usd=str(run.budget_usd),
        expected_usd=str(estimate["expected_usd"]) if estimate else None,
        spent_usd=str(short.spent_usd),
        files=tuple(sorted(short.package)),
    )


def price_of(form: ShortForm, settings: Settings) -> Price:
    """What an order would cost with this configuration's models.

    Raises:
        UsageError: a value cannot be used; the message names it and what would be right.
    """
    topic, providers = form.checked(settings)
    budget_usd = form.budget_usd or settings.budget.short_usd
    about = parse_script(topic.script, topic) if topic.script else topic
    found = estimate(about, form.plan(settings, providers), settings.graph, datetime.now(UTC))
    return Price(
        expected_usd=f"{found.expected_usd:f}",
        needed_usd=f"{found.needed_usd:f}",
        worst_usd=f"{found.worst_usd:f}",
        budget_usd=f"{budget_usd:f}",
        fits=found.needed_usd <= budget_usd,
    )


def _made(short: Short) -> MadeSoFar:
    return MadeSoFar(
        scenes=len(short.script.scenes) if short.script else 0,
        pictures=sum(scene.picture is not None for scene in short.scenes),
        narrations=sum(scene.narration is not None for scene in short.scenes),
        segments=sum(scene.segment is not None for scene in short.scenes),
    )
