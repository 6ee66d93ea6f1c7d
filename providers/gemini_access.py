"""Who a Gemini adapter talks to: the model, the key and the address, checked; the SDK later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from providers.keys import checked_key, checked_url, endpoint_name

if TYPE_CHECKING:
    import httpx

    from providers.gemini_sdk import GeminiDoor


class GeminiAccess:
    """One model at one address."""

    def __init__(
        self,
        model: str,
        api_key: SecretStr,
        base_url: str,
        timeout_s: float,
        http: httpx.AsyncClient,
    ) -> None:
        """Check the key and the address.

        Raises:
            ConfigurationError: a key or base URL that cannot be used.
        """
        self.model = model
        self.api_key = checked_key(api_key, "GOOGLE_API_KEY")
        self.base_url = checked_url(base_url, "SHORTFACTORY_GEMINI__BASE_URL")
        self.timeout_s, self.http = timeout_s, http

    @property
    def id(self) -> str:
        """The model's id in the catalogue."""
        return f"gemini:{self.model}"

    @property
    def endpoint(self) -> str:
        """Who answers, for the key of a call."""
        return endpoint_name(self.base_url)

    def door(self) -> GeminiDoor:
        """Import Google's SDKs and open a client."""
        from providers.gemini_sdk import GeminiDoor  # noqa: PLC0415 - over a second of CPU

        return GeminiDoor(self.model, self.api_key, self.base_url, self.timeout_s, self.http)
