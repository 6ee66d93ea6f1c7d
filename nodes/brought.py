"""What a person brought instead of a topic: their own script is filmed as it is written."""

from __future__ import annotations

from providers.offline.script_file import parse_script
from shortfactory.errors import ConfigurationError
from shortfactory.plan import Providers
from shortfactory.story import Script, Story, Topic


def check_brought(topic: Topic, providers: Providers) -> None:
    """Refuse what no agent could work with, before anything is paid.

    Raises:
        InvalidInput: a script file that cannot be read as one; names the line and the cure.
        ConfigurationError: a bare topic, and no model that could write about it.
    """
    if topic.script is not None:
        parse_script(topic.script, topic)
    elif topic.source is None and providers == "offline":
        raise ConfigurationError(
            "A bare topic needs a writer, and the offline providers have none.",
            cure="Set GOOGLE_API_KEY for --providers live, or bring the words yourself: "
            "--script FILE (a script, see docs/script-form.md) or --source FILE (an article).",
        )


def own_script(topic: Topic) -> Script | None:
    """The script that a person wrote, if they did."""
    return parse_script(topic.script, topic) if topic.script is not None else None


def story_of(script: Script) -> Story:
    """The story that a finished script already tells."""
    spoken = [scene.narration for scene in script.scenes]
    return Story(
        title=script.title,
        angle=script.description or script.title,
        hook=spoken[0],
        beats=tuple(spoken[1:-1]),
        close=spoken[-1],
        sources=script.sources,
    )
