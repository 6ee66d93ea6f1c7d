"""Faults in speech that was made and is charged: ElevenLabs' audio and alignment."""

from __future__ import annotations

import base64
from typing import Any

from simulator.faults import Action, Fault
from simulator.wire import Answer, Call, Json, Kind

VOICE: frozenset[Kind] = frozenset({"voice"})
ALIGNMENTS = ("alignment", "normalized_alignment")
STARTS, ENDS = "character_start_times_seconds", "character_end_times_seconds"


def _drift(fault: Fault, _call: Call, answer: Answer) -> None:
    """Times run slower or faster than the sound, as v3's do towards the end."""
    times = fault.number(1.08)
    for name in ALIGNMENTS:
        for edge in (STARTS, ENDS):
            answer.reply[name][edge] = [round(at * times, 3) for at in answer.reply[name][edge]]
    answer.outcome = f"drift {times:g}"


def _null(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.reply.update(dict.fromkeys(ALIGNMENTS))
    answer.outcome = "alignment null"


def _unequal(_fault: Fault, _call: Call, answer: Answer) -> None:
    for name in ALIGNMENTS:
        answer.reply[name][ENDS] = answer.reply[name][ENDS][:-3]
    answer.outcome = "alignment unequal"


def _backwards(_fault: Fault, _call: Call, answer: Answer) -> None:
    for name in ALIGNMENTS:
        for edge in (STARTS, ENDS):
            answer.reply[name][edge] = answer.reply[name][edge][::-1]
    answer.outcome = "alignment backwards"


def _other_text(_fault: Fault, _call: Call, answer: Answer) -> None:
    alignment: Json = answer.reply["alignment"]
    alignment["characters"] = [c.upper() if c.isalpha() else "#" for c in alignment["characters"]]
    answer.outcome = "alignment of another text"


def _nothing(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.reply = {"foo": 1}
    answer.outcome = "audio missing"


def _silent(_fault: Fault, _call: Call, answer: Answer) -> None:
    data = base64.b64decode(answer.reply["audio_base64"])
    answer.reply["audio_base64"] = base64.b64encode(bytes(len(data))).decode()
    answer.outcome = "audio silent"


def _odd(_fault: Fault, _call: Call, answer: Answer) -> None:
    data = base64.b64decode(answer.reply["audio_base64"])
    answer.reply["audio_base64"] = base64.b64encode(data[:-1]).decode()
    answer.outcome = "audio odd"


def _not_base64(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.reply["audio_base64"] = "*not base64*"
    answer.outcome = "audio not base64"


def _damage(says: str, damage: Any) -> Action:
    return Action(says, VOICE, damage=damage)


MISSPOKEN = {
    "drift": _damage("Times stretched by `value` (1.08) against the sound.", _drift),
    "alignment_null": _damage("No alignment.", _null),
    "alignment_unequal": _damage("Fewer end times than characters.", _unequal),
    "alignment_backwards": _damage("Times running backwards.", _backwards),
    "alignment_other_text": _damage("Characters of another text.", _other_text),
    "audio_missing": _damage("JSON without audio.", _nothing),
    "audio_silent": _damage("Silence of the right length.", _silent),
    "audio_odd": _damage("An odd number of bytes of 16-bit sound.", _odd),
    "audio_not_base64": _damage("Audio that is not base64.", _not_base64),
}
