"""Keys and addresses of vendors, checked before the first request."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr

from shortfactory.errors import ConfigurationError


def checked_key(key: SecretStr, variable: str) -> SecretStr:
    """The key, if it can be sent in a header.

    An HTTP library that meets a line break or a non-ASCII letter quotes the header in its
    message, and the key with it; so such a key never gets that far.

    Raises:
        ConfigurationError: empty, or with spaces, line breaks or non-ASCII letters.
    """
    value = key.get_secret_value()
    if not value:
        raise ConfigurationError(f"{variable} is empty.", cure=f"Set {variable} to your key.")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(
            f"{variable} holds a space, a line break or a letter that no key has.",
            cure="Copy the key again, without quotes or line breaks.",
        )
    return key


def checked_url(base_url: str, variable: str) -> str:
    """The base URL without a slash at its end.

    Raises:
        ConfigurationError: not an http or https address.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(
            f"{variable} {base_url!r} is not a web address.",
            cure="Give one that begins with https:// or http://.",
        )
    return base_url.rstrip("/")


def endpoint_name(base_url: str) -> str:
    """Who answers at this address, for a call's key: its host without port and path.

    So a simulator's reply is never taken for a vendor's, and a simulator that comes back on
    another port still knows its own.
    """
    return urlsplit(base_url).hostname or ""
