"""What clients get about changes of films and the versions that came of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from graph.outlook import Outlook
from graph.short import SceneView
from graph.versions import Version
from providers.offline.script_render import script_markdown
from providers.spending import Status as CallStatus
from server.api.views import FileLink, RunView, View, signed
from server.service import Service
from shortfactory.change import Change
from shortfactory.story import Script


class ChangeAccepted(RunView):
    """A change that was taken, and what it will take."""

    takes: Outlook = Field(description="The calls that the change needs, and what stays as it is.")


class CallView(View):
    """One call that a change made. `cached` cost nothing: its result was there from before."""

    node: str = Field(examples=["illustrate"])
    scene: int | None
    provider: str
    model: str
    status: CallStatus
    spent_usd: Decimal
    saved_usd: Decimal


class VersionView(BaseModel):
    """One film that the short has been."""

    version: int
    current: bool
    based_on: int | None = Field(description="The version that was changed; null for the first.")
    by: str = Field(description="Who asked for the change.")
    change: Change | None = Field(description="What was asked for; null for the first.")
    title: str
    language: str
    scenes: tuple[SceneView, ...]
    calls: list[CallView] = Field(description="What making this version took.")
    cost_usd: Decimal
    created_at: datetime
    files: dict[str, FileLink]

    @classmethod
    def of(cls, run_id: str, film: Version, service: Service) -> VersionView:
        """The part of a version that is the client's business."""
        same = {"version", "current", "based_on", "by", "cost_usd", "created_at"}
        return cls(
            **film.model_dump(include=same),
            change=film.change,
            scenes=film.scenes,
            title=film.script.title,
            language=film.script.language,
            calls=[CallView.of(call) for call in film.calls],
            files=signed(run_id, film.package, service, film.version),
        )


class VersionDetail(VersionView):
    """One film with the script that it speaks."""

    script: Script
    markdown: str

    @classmethod
    def with_script(cls, run_id: str, film: Version, service: Service) -> VersionDetail:
        """The version and its words."""
        seen = VersionView.of(run_id, film, service)
        return cls(**dict(seen), script=film.script, markdown=script_markdown(film.script))


class Versions(BaseModel):
    """Every film that a short has been, the first first."""

    versions: list[VersionView]
