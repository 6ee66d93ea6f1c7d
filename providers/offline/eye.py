"""The offline eye: what this house draws holds no faces, so there is nothing to find."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from providers.ports import SightReply, SightRequest
from shortfactory.sight import Sight


class OfflineEye:
    """Sees no face, and leaves the subject to the camera's own search for what draws the eye."""

    id = "offline:eye"

    def fingerprint(self, request: SightRequest) -> Mapping[str, JsonValue]:
        """The picture: nothing else matters."""
        return {"picture": request.picture}

    async def look(self, request: SightRequest, picture: bytes) -> SightReply:  # noqa: ARG002
        """Say what is known of every picture that the offline illustrators draw."""
        return SightReply(sight=Sight())
