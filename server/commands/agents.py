"""mcp."""

from __future__ import annotations

import asyncio

from server.mcp_stdio import serve_stdio
from shortfactory.settings import Settings


def mcp(as_json: bool) -> int:  # noqa: ARG001 - what it prints is the protocol
    """Serve one client over stdin and stdout until it leaves."""
    asyncio.run(serve_stdio(Settings()))
    return 0
