"""Keys and addresses of the vendors, or of the simulator that stands in for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import SecretStr

from providers.keys import checked_key, checked_url
from shortfactory.errors import ConfigurationError
from shortfactory.plan import Providers
from shortfactory.settings import Settings

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Access:
    """One model of a vendor: by which key, at which address, how patiently, on which pool."""

    model: str
    key: SecretStr
    base_url: str
    timeout_s: float
    http: httpx.AsyncClient

    def checked(self, key_variable: str, url_variable: str) -> Access:
        """The same, once key and address can be used; the variables say where they come from.

        Raises:
            ConfigurationError: a key or base URL that cannot be used.
        """
        key = checked_key(self.key, key_variable)
        return replace(self, key=key, base_url=checked_url(self.base_url, url_variable))


def vendor_access(settings: Settings, providers: Providers, vendor: str) -> tuple[SecretStr, str]:
    """The key and base URL of a vendor, or of the simulator in its place.

    Raises:
        ConfigurationError: no key, a key with line breaks or spaces, or no web address.
    """
    if providers == "simulator":
        base_url = str(settings.simulator.base_url).rstrip("/")
        return settings.simulator.api_key, f"{base_url}/{vendor}"
    if vendor == "gemini":
        key, base_url = settings.google_api_key, settings.gemini.base_url
        name, variable = "Gemini", "GOOGLE_API_KEY"
    else:
        key = settings.elevenlabs_api_key
        base_url = settings.elevenlabs.base_url
        name, variable = "ElevenLabs", "ELEVENLABS_API_KEY"
    if key is None or not key.get_secret_value().strip():
        raise ConfigurationError(
            f"No key for {name}.", cure=f"Set {variable}, or use --providers offline."
        )
    setting = f"SHORTFACTORY_{vendor.upper()}__BASE_URL"
    return checked_key(key, variable), checked_url(str(base_url), setting)
