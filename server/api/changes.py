"""Changing a finished film, and the versions that it has been."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from graph.comparison import Comparison
from graph.outlook import outlook
from server.api.change_forms import ChangeForm, RerollForm
from server.api.change_views import ChangeAccepted, VersionDetail, Versions, VersionView
from server.api.shorts import IdempotencyKey
from server.api.views import RunView
from server.auth import ReadDesk, WriteDesk
from server.desk import Desk
from server.problems import NotInFilm, responses
from shortfactory.change import Change
from shortfactory.errors import InvalidInput
from shortfactory.story import Topic

router = APIRouter(prefix="/v1/shorts", tags=["changes"])

SceneNumber = Annotated[int, Path(ge=1, le=1_000, description="The scene's number.")]
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000, description="See the versions.")]
VersionAsked = Annotated[int, Query(ge=1, le=1_000_000, description="See the versions.")]


@router.post(
    "/{short_id}/scenes/{scene}/reroll",
    status_code=202,
    responses=responses(400, 404, 409, 413, 422),
)
async def reroll_scene(
    short_id: UUID,
    scene: SceneNumber,
    desk: WriteDesk,
    response: Response,
    form: RerollForm | None = None,
    idempotency_key: IdempotencyKey = None,
) -> ChangeAccepted:
    """Make one scene of a finished film differently; an empty body asks for another picture.

    Only what depends on the change is called for and paid. The film of before stays kept.
    """
    change = (form or RerollForm.model_validate({})).change(scene)
    return await _changed(desk, str(short_id), change, response, idempotency_key)


@router.post("/{short_id}/changes", status_code=202, responses=responses(400, 404, 409, 413, 422))
async def change_film(
    short_id: UUID,
    form: ChangeForm,
    desk: WriteDesk,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ChangeAccepted:
    """Speak a finished film with another voice or in another language, over the same pictures."""
    topic = Topic.model_validate((await desk.run(str(short_id))).topic)
    return await _changed(desk, str(short_id), form.change(topic), response, idempotency_key)


@router.get("/{short_id}/versions", responses=responses(404, 422))
async def list_versions(short_id: UUID, desk: ReadDesk) -> Versions:
    """List the films a short has been: what changed, which calls that took, what each cost."""
    run_id = str(short_id)
    films = await desk.versions(run_id)
    return Versions(versions=[VersionView.of(run_id, film, desk.service) for film in films])


@router.get("/{short_id}/versions/{version}", responses=responses(404, 422))
async def show_version(short_id: UUID, version: VersionNumber, desk: ReadDesk) -> VersionDetail:
    """Show one of them, with its script and links to its files."""
    with _in_film():
        film = await desk.factory.version(str(short_id), version)
    return VersionDetail.with_script(str(short_id), film, desk.service)


@router.post("/{short_id}/versions/{version}/restore", responses=responses(404, 409, 422))
async def restore_version(short_id: UUID, version: VersionNumber, desk: WriteDesk) -> RunView:
    """Let the short be this film again, byte for byte. Nothing is made or paid.

    A change that waits, is parked, failed or was cancelled is given up.
    """
    with _in_film():
        return RunView.of(await desk.restore(str(short_id), version))


@router.get("/{short_id}/compare", responses=responses(404, 422))
async def compare_versions(
    short_id: UUID, old: VersionAsked, new: VersionAsked, desk: ReadDesk
) -> Comparison:
    """Say which files, scenes and words differ between two versions."""
    with _in_film():
        return await desk.factory.compare(str(short_id), old, new)


async def _changed(
    desk: Desk, run_id: str, change: Change, response: Response, key: str | None
) -> ChangeAccepted:
    with _in_film():
        run = await desk.reroll(run_id, change, key=key)
    takes = outlook(await desk.show(run_id), change, desk.service.settings.graph, datetime.now(UTC))
    response.headers["location"] = f"/v1/shorts/{run_id}/versions"
    return ChangeAccepted(**RunView.of(run).model_dump(), takes=takes)


@contextmanager
def _in_film() -> Generator[None]:
    """A scene or a version in the address that the film has not is not found."""
    try:
        yield
    except InvalidInput as error:
        if error.name not in ("scene", "version"):
            raise
        raise NotInFilm(f"There is no {error.name} {error.value}.", cure=error.cure) from error
