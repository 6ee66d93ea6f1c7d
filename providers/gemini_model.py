"""What every Gemini adapter is: one model at one address, checked at once; its SDK comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.access import Access
from providers.first_use import FirstUse
from providers.gemini_reply import answer_facts
from providers.keys import endpoint_name
from providers.ports import Usage
from shortfactory.errors import MalformedReply, RequestRejected

if TYPE_CHECKING:
    from providers.gemini_sdk import GeminiDoor


class GeminiModel:
    """One model at one address, its SDK client, and its failures that no SDK raises."""

    def __init__(self, access: Access) -> None:
        """Check the key and the address; SDKs load at the first call.

        Raises:
            ConfigurationError: a key or base URL that cannot be used.
        """
        self.access = access.checked("GOOGLE_API_KEY", "SHORTFACTORY_GEMINI__BASE_URL")
        self.model = access.model
        self.door = FirstUse(self.open_door)

    @property
    def id(self) -> str:
        """The id under which the catalogue knows it."""
        return f"gemini:{self.model}"

    @property
    def endpoint(self) -> str:
        """Who answers, for the key of a call."""
        return endpoint_name(self.access.base_url)

    def malformed(self, message: str, usage: Usage) -> MalformedReply:
        """An answer that was made, may be billed, and is of no use."""
        return MalformedReply(message, **answer_facts(self.model, usage))

    def rejected(self, message: str) -> RequestRejected:
        """A request that is not sent, because it cannot succeed."""
        return RequestRejected(message, provider="gemini", model=self.model)

    def open_door(self) -> GeminiDoor:
        """Import Google's SDKs and open a client."""
        from providers.gemini_sdk import GeminiDoor  # noqa: PLC0415 - over a second of CPU

        return GeminiDoor(self.access)
