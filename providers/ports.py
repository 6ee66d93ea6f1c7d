"""The ports: what a text model, an image model, a voice model and an artifact store promise.

An adapter talks to one vendor, for `providers/gateway.py` alone: no retry, no limit, no price. It
maps every failure to `shortfactory.errors` and reports what was used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import Field, JsonValue

from shortfactory.sight import Sight
from shortfactory.story import Plain, Word

Task = Literal["story", "script", "revise", "reword", "package", "translate"]
Aspect = Literal["9:16", "16:9", "1:1", "4:5"]


class TextRequest(Plain):
    """Ask for one JSON object. `inputs` are the facts the prompt was rendered from.

    `system` and `prompt` come from `nodes/prompts/*.md`; `prompt_version` is its hash. `schema_`
    is the JSON schema of the reply, within the keywords that Gemini accepts.
    """

    task: Task
    system: str
    prompt: str
    prompt_version: str
    inputs: dict[str, JsonValue]
    schema_: dict[str, JsonValue]
    max_output_tokens: int = 8192


class ImageRequest(Plain):
    """Ask for one picture. A model sends, and fingerprints, only what it understands."""

    prompt: str
    subject: str = ""  # the scene's own note; like keyword and palette, for composing by rule
    aspect: Aspect = "9:16"
    size: Literal["1K", "2K", "4K"] = "1K"
    references: tuple[str, ...] = ()  # sha256 of pictures to stay consistent with
    keyword: str = ""
    palette: tuple[str, ...] = ()  # "#rrggbb", background first, accent last
    look: str = ""  # the style's finish, like "blueprint"
    variation: int = 0  # another picture of the same prompt
    unlike: str = ""  # the note of a picture that this one must not be taken for


class VoiceRequest(Plain):
    """Ask for one narration. Neighbours' text shapes the prosody where the model allows it."""

    text: str
    language: str = "en"
    voice: str = ""  # the vendor's voice id; "" lets the adapter choose by language and tone
    tone: str = ""
    previous_text: str = ""
    next_text: str = ""
    variation: int = 0


class SightRequest(Plain):
    """Look at a finished picture, named by its sha256."""

    picture: str


class Usage(Plain):
    """What a call used, by unit. Missing numbers are None and settled at the reservation."""

    units: dict[str, int | None] = Field(default_factory=dict)  # like input_tokens, characters
    request_id: str = ""


class TextReply(Plain):
    """The model's JSON, unparsed: validation is the node's, repair is nobody's."""

    text: str
    usage: Usage = Usage()


class ImageReply(Plain):
    """Encoded picture bytes as the vendor sent them, already proven decodable."""

    data: bytes
    media_type: str
    width_px: int
    height_px: int
    usage: Usage = Usage()


class VoiceReply(Plain):
    """Mono signed 16-bit little-endian samples, and when each word of the text sounds."""

    pcm: bytes
    rate_hz: int
    words: tuple[Word, ...]
    usage: Usage = Usage()


class SightReply(Plain):
    """What the picture shows."""

    sight: Sight
    usage: Usage = Usage()


class Model(Protocol):
    """What every adapter has: an id ("provider:model") and an honest fingerprint."""

    @property
    def id(self) -> str:
        """The id under which the catalogue knows it."""
        ...

    def fingerprint(self, request: Any) -> Mapping[str, JsonValue]:
        """Everything about the request that changes the result: the input of the call's key."""
        ...


class TextModel(Model, Protocol):
    """Writes JSON."""

    async def write(self, request: TextRequest) -> TextReply:
        """Make one request to the vendor."""
        ...


class ImageModel(Model, Protocol):
    """Draws a picture. `references` holds the bytes behind `request.references`, in order."""

    async def draw(self, request: ImageRequest, references: tuple[bytes, ...]) -> ImageReply:
        """Make one request to the vendor."""
        ...


class BatchJob(Plain):
    """How far a batch of one picture is: at work, done, or over without a picture."""

    state: Literal["working", "done", "cancelled", "failed"]
    reply: dict[str, JsonValue] = Field(default_factory=dict)  # for the adapter's `read` alone
    reason: str = ""


@runtime_checkable
class BatchImageModel(ImageModel, Protocol):
    """Draws a picture later, for less. A title finds a batch whose name was never received."""

    async def submit(self, title: str, request: ImageRequest, references: tuple[bytes, ...]) -> str:
        """Hand in one picture; returns the vendor's name for the batch."""
        ...

    async def find(self, title: str) -> str | None:
        """The name of the batch that was handed in under this title, or None."""
        ...

    async def look(self, name: str) -> BatchJob:
        """Ask how far it is."""
        ...

    async def read(self, job: BatchJob, request: ImageRequest) -> ImageReply:
        """The picture of a batch that is done; raises as `draw` does."""
        ...

    async def cancel(self, name: str) -> None:
        """Ask for its end; a batch that is over already stays as it is."""
        ...


class VoiceModel(Model, Protocol):
    """Speaks a text and says when each word sounds."""

    async def speak(self, request: VoiceRequest) -> VoiceReply:
        """Make one request to the vendor."""
        ...


class SightModel(Model, Protocol):
    """Looks at a picture, of which it is given the bytes behind `request.picture`."""

    async def look(self, request: SightRequest, picture: bytes) -> SightReply:
        """Make one request to the vendor."""
        ...


class VendorRecord(Plain):
    """A paid call as it stands in the vendor's own books."""

    ref: str  # the vendor's id of the request
    trace: dict[str, str]
    units: dict[str, int | None]


@runtime_checkable
class RecordedModel(Model, Protocol):
    """A model whose vendor keeps books that can be read, so that a lost call can be found."""

    def trace(self, request: Any) -> dict[str, str]:
        """What the vendor's record of this request will say; "" for what is not known yet."""
        ...

    async def records(
        self, trace: Mapping[str, str], since: datetime, until: datetime
    ) -> tuple[VendorRecord, ...]:
        """Every call of this model in that time, at least those that fit the trace; free."""
        ...


class ArtifactStore(Protocol):
    """Content-addressed files, and the record of each call by its key. Writes are atomic."""

    async def check_room(self) -> None:
        """Raises StorageError when the result of a call paid for now could not be kept."""
        ...

    async def put(self, data: bytes, suffix: str) -> str:
        """Keep bytes; the same bytes twice are one artifact. Returns their sha256 (hex)."""
        ...

    async def adopt(self, path: Path, suffix: str) -> str:
        """Keep a finished local file without reading it into memory; the file may be moved."""
        ...

    async def read(self, sha256: str) -> bytes:
        """The bytes. Raises StorageError when missing or when they do not match the hash."""
        ...

    async def path(self, sha256: str) -> Path:
        """A local, read-only path to the bytes, fetched first where the store is remote."""
        ...

    async def recall(self, key: str) -> dict[str, JsonValue] | None:
        """The record of a finished call, or None."""
        ...

    async def remember(self, key: str, record: Mapping[str, JsonValue]) -> None:
        """Keep the record of a finished call; the first one stays."""
        ...

    async def forget(self, key: str) -> None:
        """Drop the record of a call whose artifact is lost, so that it can be made again."""
        ...

    async def discard(self, sha256: str) -> None:
        """Remove the bytes behind a hash, if they are there: nobody needs them any more."""
        ...
