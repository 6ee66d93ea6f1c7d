"""The finished files: ranges and conditions as HTTP has them, by key or by a signed link."""

import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse

from graph.factory import Factory
from server.api.views import FILES, FileLink, links
from server.auth import ReadDesk, ServiceDep, bearer, caller, header
from server.desk import Desk
from server.problems import Forbidden, UnknownFile, responses
from server.service import Service
from server.signing import link_holds

router = APIRouter(prefix="/v1/shorts", tags=["files"])

Expires = Annotated[int | None, Query(ge=0, le=2**53, description="Of a signed link.")]
Signature = Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", description="Of a signed link.")]


@router.get("/{short_id}/links", responses=responses(404, 422))
async def make_links(short_id: UUID, desk: ReadDesk) -> dict[str, FileLink]:
    """Make fresh links that anybody may read for a while."""
    return links(await desk.show(str(short_id)), desk.service)


def _add(name: str, media_type: str) -> None:
    """One route per file, so that the document names each with its type."""
    content: dict[str, Any] = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    found = {"description": "The file", "content": content}

    @router.get(
        f"/{{short_id}}/{name}",
        operation_id=f"read_{name}",
        summary=f"Read the {name}",
        response_class=FileResponse,
        responses={200: found, 206: found} | responses(404, 410, 422),
    )
    async def read(
        short_id: UUID,
        factory: Annotated[Factory, Depends(_reader(name))],
    ) -> FileResponse:
        file = FILES[name][0]
        short = await factory.show(str(short_id))
        if file not in short.package:
            raise UnknownFile(f"The short {short_id} is {short.run.status}: it has no {name} yet.")
        path = await factory.store.path(short.package[file])
        return FileResponse(
            path,
            media_type=media_type,
            headers={"cache-control": "private, max-age=3600"},
            filename=f"{short_id}-{file}",
            content_disposition_type="inline",
        )

    assert callable(read), "registered above"


def _reader(name: str) -> Any:
    """A dependency: the factory of whoever may read this file."""

    async def reader(
        short_id: UUID,
        service: ServiceDep,
        request: Request,
        expires: Expires = None,
        signature: Signature = None,
    ) -> Factory:
        if expires is not None and signature is not None:
            return _by_link(service, (str(short_id), name), expires, signature)
        found = await caller(request, service, await bearer(request), await header(request))
        if "read" not in found.scopes:
            raise Forbidden("This key may not read.", cure="Use a key with scope read.")
        return Desk(service, found.tenant).factory

    return reader


def _by_link(service: Service, file: tuple[str, str], expires: int, signature: str) -> Factory:
    if not link_holds(service.signing, *file, expires, signature, time.time()):
        raise UnknownFile("This link has expired or was changed.", cure="Ask for a new one.")
    return service.factory


for _name, (_, _media_type) in FILES.items():
    _add(_name, _media_type)
