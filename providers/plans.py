"""The plans of new runs, before their models are checked."""

from __future__ import annotations

from shortfactory.plan import Plan
from shortfactory.settings import Settings


def offline_plan() -> Plan:
    """Nothing leaves this machine, and nothing costs."""
    return Plan(
        text="offline:writer",
        image="offline:illustrator",
        image_fallback="offline:poster",
        voice="offline:espeak",
        voice_fallback="offline:espeak-klatt",
        sight="offline:eye",
    )


def vendor_plan(settings: Settings) -> Plan:
    """The models that the settings name; the same for the vendors and for their simulator."""
    chosen = settings.gemini.sight_model
    return Plan(
        text=f"gemini:{settings.gemini.text_model}",
        image=f"gemini:{settings.gemini.image_model}",
        image_fallback=f"gemini:{settings.gemini.image_fallback_model}",
        voice=f"elevenlabs:{settings.elevenlabs.model}",
        voice_fallback=f"gemini:{settings.gemini.speech_model}",
        sight=f"gemini:{chosen}" if chosen else "",
    )
