"""What clients get."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, Field

from graph.run import Status
from graph.short import Short
from server.service import Service
from server.signing import sign_link
from shortfactory.order import Approve
from shortfactory.plan import Providers
from shortfactory.story import Script

# The last part of a file's address → its name in the package, and its type.
FILES: dict[str, tuple[str, str]] = {
    "film": ("film.mp4", "video/mp4"),
    "cover": ("cover.png", "image/png"),
    "captions": ("captions.srt", "application/x-subrip"),
    "metadata": ("metadata.json", "application/json"),
    "credits": ("credits.json", "application/json"),
    "quality": ("quality.html", "text/html"),
    "handoff": ("handoff.zip", "application/zip"),
    "receipt": ("receipt.json", "application/json"),
}


class View(BaseModel):
    """Some fields of a record, under the same names."""

    @classmethod
    def of(cls, record: BaseModel) -> Self:
        """The part of a record that is the client's business."""
        return cls.model_validate(record.model_dump(include=set(cls.model_fields)))


class RunView(View):
    """Where a short stands."""

    id: str = Field(examples=["0197f3d2-6a70-4f6e-8a4e-3f5b8c1d2e9f"])
    status: Status
    reason: str = Field("", description="Why it waits or failed, and what to do about it.")
    title: str = ""
    providers: Providers
    approve: Approve
    budget_usd: Decimal
    script_version: int = Field(description="The version that an approval must name.")
    created_at: datetime
    updated_at: datetime


class Accepted(RunView):
    """An order that was taken."""

    webhook_secret: str = Field(description="Verifies webhooks (standardwebhooks.com).")


class FileLink(BaseModel):
    """A file, and an address that anybody may read until it expires."""

    href: str = Field(examples=["/v1/shorts/0197f3d2-…/film?expires=1764000000&signature=9f…"])
    media_type: str
    sha256: str
    expires_at: datetime


class ShortView(RunView):
    """Everything about a short."""

    spent_usd: Decimal
    waiting: list[dict[str, Any]] = Field(description="What it waits for.")
    findings: list[dict[str, Any]] = Field(description="What the critic says of the script.")
    estimate: dict[str, Any] | None = None
    quality: dict[str, Any] | None = None
    files: dict[str, FileLink] = Field(
        description="Filled when the short is done; of a film that did not pass, its quality page."
    )

    @classmethod
    def of_short(cls, short: Short, service: Service) -> ShortView:
        """The part of a short that is the client's business."""
        return cls(
            **RunView.of(short.run).model_dump(),
            spent_usd=short.spent_usd,
            waiting=list(short.waiting),
            findings=[dict(finding) for finding in short.findings],
            estimate=short.estimate,
            quality=short.quality,
            files=links(short, service),
        )


class Page(BaseModel):
    """Some shorts, newest first."""

    shorts: list[RunView]
    next_cursor: str | None = Field(description="Ask for the next page with it; null at the end.")


class ScriptView(BaseModel):
    """One version of the script."""

    version: int
    script: Script
    markdown: str = Field(description="The same as a person edits it.")


def links(short: Short, service: Service) -> dict[str, FileLink]:
    """Signed addresses of the files that exist."""
    return signed(short.run.id, short.files, service)


def signed(
    run_id: str, package: dict[str, str], service: Service, version: int | None = None
) -> dict[str, FileLink]:
    """Signed addresses of a package's files: of the film as it is, or of one of its versions."""
    expires = int(time.time()) + service.settings.service.link_lifetime_s
    of = f"version={version}&" if version else ""
    found: dict[str, FileLink] = {}
    for name, (file, media_type) in FILES.items():
        if sha256 := package.get(file):
            signature = sign_link(service.signing, run_id, linked(name, version), expires)
            href = f"/v1/shorts/{run_id}/{name}?{of}expires={expires}&signature={signature}"
            found[name] = FileLink(
                href=href,
                media_type=media_type,
                sha256=sha256,
                expires_at=datetime.fromtimestamp(expires, UTC),
            )
    return found


def linked(name: str, version: int | None) -> str:
    """What a link is signed for: a file, of this version if one is named."""
    return f"{name} of {version}" if version else name
