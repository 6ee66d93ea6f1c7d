"""Conditional requests and ranges: what of a client's headers holds (RFC 9110, 13 and 14)."""

from __future__ import annotations

import re
from itertools import starmap

from fastapi import Request

from server.problems import NoSuchRange

SPAN = r"(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
RANGES = re.compile(rf"bytes= *{SPAN}(?: *, *{SPAN})* *", re.IGNORECASE)


def matches(given: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this ETag; weak ones count, and `*` is any."""
    if given is None:
        return False
    held = {each.strip().removeprefix("W/") for each in given.split(",")}
    return etag in held or "*" in held


def check_range(request: Request, size_bytes: int, etag: str) -> None:
    """Take away a Range header that says nothing, as RFC 9110 wants it.

    Raises:
        NoSuchRange: it says something, and a part of it begins after the end of what it is about:
            with an If-Range that names other bytes, the whole file is answered.
    """
    given, about = request.headers.get("range"), request.headers.get("if-range", etag)
    if given is None:
        return
    spans = re.findall(r"([0-9]*)-([0-9]*)", given.partition("=")[2])
    if not RANGES.fullmatch(given) or any(starmap(_backwards, spans)):
        kept = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
        request.scope["headers"] = kept
    elif about == etag and any(
        int(first) >= size_bytes if first else int(last) == 0 for first, last in spans
    ):
        raise NoSuchRange(size_bytes)


def _backwards(first: str, last: str) -> bool:
    return bool(first and last) and int(first) > int(last)
