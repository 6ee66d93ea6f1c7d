"""What a change of a film will take: which calls, what stays as it is, and what that costs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from graph.short import Short
from nodes.amend import touched
from providers.estimate import estimate_again
from shortfactory.change import Change, amended
from shortfactory.errors import WrongStatus
from shortfactory.plan import Plan
from shortfactory.settings import GraphSettings
from shortfactory.story import Plain


class Outlook(Plain):
    """The scenes drawn and spoken again, and those whose picture or narration stays.

    Dollars are of pictures and voices; a translation's text call comes on top.
    """

    pictures: tuple[int, ...]
    narrations: tuple[int, ...]
    translation: bool
    kept_pictures: tuple[int, ...]
    kept_narrations: tuple[int, ...]
    expected_usd: Decimal
    needed_usd: Decimal


def outlook(short: Short, change: Change, limits: GraphSettings, at: datetime) -> Outlook:
    """Look ahead; nothing is made.

    Raises:
        WrongStatus: the short has no script yet.
        ConfigurationError: a model of its plan has no known price.
    """
    if short.script is None:
        raise WrongStatus(f"The short {short.run.id} has no script yet.")
    script = amended(short.script, change)
    pictures, voices = touched(change, script)
    plan = Plan.model_validate((short.estimate or {}).get("plan") or short.run.plan)
    price = estimate_again(script, plan, limits, at, pictures=pictures, voices=voices)
    numbers = [scene.number for scene in script.scenes]
    return Outlook(
        pictures=tuple(pictures),
        narrations=tuple(voices),
        translation=change.language is not None and change.script is None,
        kept_pictures=tuple(number for number in numbers if number not in pictures),
        kept_narrations=tuple(number for number in numbers if number not in voices),
        expected_usd=price.expected_usd,
        needed_usd=price.needed_usd,
    )
