"""What clients send to change a finished film, with its limits and examples."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from providers.offline.script_file import parse_script
from server.api.forms import Form
from shortfactory.change import Change, Half
from shortfactory.story import (
    MAX_NARRATION_CHARACTERS,
    MAX_PICTURE_CHARACTERS,
    MAX_SOURCE_CHARACTERS,
    Effects,
    Script,
    Topic,
)


class RerollForm(Form):
    """What shall be different about one scene; of an empty body, its picture."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"prompt": "A lighthouse in a storm"},
                {"narration": "Gravity pulls at the oceans."},
                {"again": ["picture"]},
            ]
        }
    )
    prompt: str | None = Field(
        None, max_length=MAX_PICTURE_CHARACTERS, description="What its picture shall show instead."
    )
    narration: str | None = Field(
        None, max_length=MAX_NARRATION_CHARACTERS, description="Its new words, spoken anew."
    )
    again: tuple[Half, ...] = Field(
        (), max_length=2, description="Halves of which another take is wanted."
    )

    def change(self, scene: int) -> Change:
        """The change of this scene."""
        said = self.prompt is not None or self.narration is not None or bool(self.again)
        return Change(
            scene=scene,
            picture=self.prompt,
            narration=self.narration,
            again=self.again if said else ("picture",),
        )


class ChangeForm(Form):
    """What shall be different about the whole film; its pictures stay."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"voice": "pNInz6obpgDQGcFmaJgB"},
                {"language": "de"},
                {"effects": "off"},
                {
                    "language": "de",
                    "script": "# Gezeiten\n\n## Eins\nDas Meer atmet zweimal am Tag.",
                },
            ]
        }
    )
    voice: str | None = Field(
        None, max_length=64, description="What the voice's own service calls another voice."
    )
    language: str | None = Field(None, max_length=40, description="Another language.")
    script: str | None = Field(
        None,
        max_length=MAX_SOURCE_CHARACTERS,
        description="The script in that language, as Markdown, instead of a translation.",
    )

    effects: Effects | None = Field(None, description="Sounds at transitions.")

    def change(self, topic: Topic) -> Change:
        """The change of the film that was made about this topic.

        Raises:
            InvalidInput: the script cannot be read; names the place.
        """
        return Change(
            voice=self.voice,
            language=self.language,
            script=brought(self.script, topic, self.language),
            effects=self.effects,
        )


def brought(script: str | None, topic: Topic, language: str | None) -> Script | None:
    """A translation that somebody brings, in the language that they say it is in.

    Raises:
        InvalidInput: the script cannot be read; names the place.
    """
    if script is None:
        return None
    return parse_script(script, topic.model_copy(update={"language": language or topic.language}))
