"""A vendor on loopback that answers as told and remembers what it was asked."""

import base64
import json
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import pyvips
from pydantic import SecretStr

from providers.access import Access
from providers.elevenlabs import ElevenLabsVoice
from providers.gemini import GeminiImage, GeminiText
from providers.http import open_http

KEY = "test-key-1234567890"
LINGER_RESET = struct.pack("ii", 1, 0)


@dataclass
class Answer:
    """One HTTP answer, or a way of not giving one."""

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    hang: bool = False
    reset: bool = False
    missing_bytes: int = 0
    flood_bytes: int = 0


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict
    body: dict
    client: tuple  # the other end of the connection


class Vendor:
    """A real HTTP server in a thread. The last answer repeats for ever."""

    def __init__(self):
        self.answers = deque()
        self.asked = []
        self.gone = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/vendor"

    @property
    def last(self):
        return self.asked[-1].body

    def say(self, body=None, status=200, headers=None, **how):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append(Answer(data, status, headers or {}, **how))

    def next_answer(self):
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]

    def close(self):
        if self.gone.is_set():
            return
        self.gone.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def handler_for(vendor):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            headers = {name.lower(): value for name, value in self.headers.items()}
            vendor.asked.append(Asked(self.command, self.path, headers, body, self.client_address))
            send(self, vendor.next_answer(), vendor.gone)

        do_POST = do_GET = answer

        def log_message(self, *args):
            pass

    return Handler


def send(handler, answer, gone):
    if answer.hang:
        gone.wait()
    if answer.hang or answer.reset:
        handler.close_connection = True
        handler.connection.setsockopt(1, 13, LINGER_RESET)  # SOL_SOCKET, SO_LINGER: reset
        handler.connection.close()
        return
    handler.send_response(answer.status)
    kept = {"content-type": "application/json"} | answer.headers
    for name, value in kept.items():
        handler.send_header(name, value)
    length = answer.flood_bytes or len(answer.body)
    handler.send_header("content-length", str(length))
    handler.end_headers()
    handler.wfile.write(answer.body[: len(answer.body) - answer.missing_bytes])
    if answer.missing_bytes:
        handler.close_connection = True
    flood(handler, answer.flood_bytes)


def flood(handler, left):
    try:
        while left > 0:
            left -= handler.wfile.write(b"x" * min(left, 1 << 20))
    except OSError:
        handler.close_connection = True


@pytest.fixture
def vendor():
    server = Vendor()
    yield server
    server.close()


@pytest.fixture
async def http():
    async with open_http() as client:
        yield client


@pytest.fixture
def key():
    return KEY


@pytest.fixture
def text_model(vendor, http):
    return GeminiText(Access("gemini-3.1-flash-lite", SecretStr(KEY), vendor.url, 5, http))


@pytest.fixture
def image_model(vendor, http):
    return GeminiImage(Access("gemini-nano-banana-2.1", SecretStr(KEY), vendor.url, 5, http))


@pytest.fixture
def voice_model(vendor, http):
    return ElevenLabsVoice(
        Access("eleven_multilingual_v2", SecretStr(KEY), vendor.url, 5, http), "voice-1"
    )


class Gemini:
    """Bodies in Gemini's wire format, as recorded from the real API."""

    def text(self, *texts, finish="STOP", **usage):
        return self.body([{"text": text} for text in texts], finish, **usage)

    def picture(self, *pictures, finish="STOP", mime="image/jpeg", **usage):
        parts = [self.blob(data, mime) for data in pictures]
        return self.body(parts, finish, **usage)

    def blob(self, data, mime, **more):
        return {"inlineData": {"mimeType": mime, "data": base64.b64encode(data).decode()}, **more}

    def body(self, parts, finish="STOP", **usage):
        candidate = {"content": {"parts": parts, "role": "model"}, "finishReason": finish}
        used = {"promptTokenCount": 17, "candidatesTokenCount": 40, "totalTokenCount": 57} | usage
        return {
            "candidates": [candidate | {"index": 0}],
            "usageMetadata": used,
            "responseId": "r-1",
        }

    def refusal(self, reason, message="The model output could not be generated."):
        candidate = {"content": {"role": "model"}, "finishReason": reason, "finishMessage": message}
        used = {"promptTokenCount": 17, "thoughtsTokenCount": 240, "totalTokenCount": 257}
        return {"candidates": [candidate], "usageMetadata": used}

    def blocked(self, reason):
        return {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 9}}

    def error(self, code, status, message, *details):
        return {"error": {"code": code, "status": status, "message": message, "details": details}}


@pytest.fixture
def gemini():
    return Gemini()


class Pictures:
    """Real encoded pictures with something in them."""

    def encode(self, width, height, suffix):
        noise = pyvips.Image.gaussnoise(width, height, sigma=40, mean=128, seed=7)
        return (
            noise.cast("uchar")
            .bandjoin([noise.cast("uchar"), noise.cast("uchar")])
            .write_to_buffer(suffix)
        )

    def jpeg(self, width=768, height=1376):
        return self.encode(width, height, ".jpg")

    def png(self, width=768, height=1376):
        return self.encode(width, height, ".png")


@pytest.fixture(scope="session")
def pictures():
    return Pictures()


class Eleven:
    """Bodies and headers in ElevenLabs' wire format."""

    def __init__(self):
        self.headers = {
            "request-id": "req-1",
            "character-cost": "12",
            "current-concurrent-requests": "1",
            "maximum-concurrent-requests": "3",
        }

    def speech(self, text, seconds=2.0, alignment=True, **changes):
        step = seconds / len(text)
        times = {
            "characters": list(text),
            "character_start_times_seconds": [i * step for i in range(len(text))],
            "character_end_times_seconds": [(i + 1) * step for i in range(len(text))],
        } | changes
        return {
            "audio_base64": self.base64(self.pcm(seconds)),
            "alignment": times if alignment else None,
        }

    def pcm(self, seconds):
        t = np.arange(round(24_000 * seconds)) / 24_000
        return (8000 * np.sin(2 * np.pi * 220 * t)).astype("<i2").tobytes()

    def base64(self, data):
        return base64.b64encode(data).decode()

    def error(self, code, message="Something is wrong.", **more):
        return {"detail": {"type": "t", "code": code, "message": message, **more}}

    def voice(self, voice_id, verified=(), category="professional", description="", **labels):
        rows = [{"language": code, "model_id": "eleven_multilingual_v2"} for code in verified]
        return {
            "voice_id": voice_id,
            "name": voice_id,
            "category": category,
            "labels": labels,
            "description": description,
            "verified_languages": rows,
        }


@pytest.fixture
def eleven():
    return Eleven()
