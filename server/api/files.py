"""The finished files: ranges and conditions as HTTP has them, by key or by a signed link."""

import asyncio
import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import FileResponse

from graph.factory import Factory
from server.api.conditions import check_range, matches
from server.api.views import FILES, FileLink, linked, links
from server.auth import ReadDesk, ServiceDep, bearer, caller, header
from server.desk import Desk
from server.problems import Forbidden, NotInFilm, UnknownFile, responses
from server.service import Service
from server.signing import link_holds
from shortfactory.errors import InvalidInput

router = APIRouter(prefix="/v1/shorts", tags=["files"])

Expires = Annotated[int | None, Query(ge=0, le=2**53, description="Of a signed link.")]
# A page is shown as it is: whatever stood in a script could not act for whoever opens it.
AS_IT_IS = {
    "cache-control": "private, no-cache",
    "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
}
Version = Annotated[
    int | None, Query(ge=1, le=1_000_000, description="An earlier film; see the versions.")
]
IfNoneMatch = Annotated[str | None, Header(max_length=1_000, description="ETags already held.")]
Signature = Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", description="Of a signed link.")]


@router.get("/{short_id}/links", responses=responses(404, 422))
async def make_links(short_id: UUID, desk: ReadDesk) -> dict[str, FileLink]:
    """Make fresh links that anybody may read for a while."""
    return links(await desk.show(str(short_id)), desk.service)


def _add(name: str, media_type: str) -> None:
    """One route per file, so that the document names each with its type."""
    json = media_type == "application/json"
    schema = {"type": "object"} if json else {"type": "string", "format": "binary"}
    content: dict[str, Any] = {media_type: {"schema": schema}}
    found = {"description": "The file", "content": content}

    @router.get(
        f"/{{short_id}}/{name}",
        operation_id=f"read_{name}",
        summary=f"Read the {name}",
        response_class=FileResponse,
        responses={200: found, 206: found, 304: {"description": "Not changed"}}
        | responses(404, 410, 416, 422),
    )
    async def read(
        short_id: UUID,
        request: Request,
        factory: Annotated[Factory, Depends(_reader(name))],
        version: Version = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        file = FILES[name][0]
        sha256 = (await _package(factory, str(short_id), version)).get(file)
        if sha256 is None:
            raise UnknownFile(f"The short {short_id} has no {name} yet.", cure="Follow its events.")
        # The hash of the bytes: the same on every machine, and another after every change.
        headers = {**AS_IT_IS, "etag": f'"{sha256}"'}
        if matches(if_none_match, headers["etag"]):
            return Response(status_code=304, headers=headers)
        path = await factory.store.path(sha256)
        size_bytes = (await asyncio.to_thread(path.stat)).st_size
        check_range(request, size_bytes, headers["etag"])
        return FileResponse(
            path,
            media_type=media_type,
            headers=headers,
            filename=f"{short_id}-{file}",
            content_disposition_type="inline",
        )

    # Players ask for the length first. Not in the document: it says what GET says.
    router.add_api_route(
        f"/{{short_id}}/{name}",
        read,
        methods=["HEAD"],
        include_in_schema=False,
        response_model=None,
    )


async def _package(factory: Factory, run_id: str, version: int | None) -> dict[str, str]:
    if version is None:
        return (await factory.show(run_id)).files
    try:
        return (await factory.version(run_id, version)).package
    except InvalidInput as error:
        raise NotInFilm(f"There is no version {version}.", cure=error.cure) from error


def _reader(name: str) -> Any:
    """A dependency: the factory of whoever may read this file."""

    async def reader(
        short_id: UUID,
        service: ServiceDep,
        request: Request,
        version: Version = None,
        expires: Expires = None,
        signature: Signature = None,
    ) -> Factory:
        if expires is not None and signature is not None:
            file = (str(short_id), linked(name, version))
            return _by_link(service, file, expires, signature)
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
