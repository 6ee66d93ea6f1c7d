"""One way to ask a text model: render the prompt, make the call, validate strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from nodes.prompting import load, note_use, wire_schema
from nodes.services import RunFacts, Services
from providers.ports import Task, TextRequest
from shortfactory.errors import MalformedReply
from shortfactory.plan import Plan

T = TypeVar("T", bound=BaseModel)

MOST_FAULTS = 6  # told at once: more would only make the next prompt longer


async def ask(
    services: Services,
    run: RunFacts,
    plan: Plan,
    task: Task,
    shape: type[T],
    *,
    inputs: dict[str, JsonValue],
    words: Mapping[str, str],
    scene: int | None = None,
    faults: Callable[[T], Sequence[str]] = lambda _reply: (),
) -> T:
    """Ask the plan's text model for one `shape`.

    `inputs` are the facts, `words` the same facts as the prompt's placeholders need them.
    `faults` says in whole sentences what a reply of the right form lacks; nothing accepts it.

    Raises:
        MalformedReply: the reply cannot be used and is forgotten; its text says why.
    """
    prompt = load(task)
    request = TextRequest(
        task=task,
        system=prompt.system,
        prompt=prompt.ask.substitute(words),
        prompt_version=prompt.version,
        inputs=inputs,
        schema_=wire_schema(shape),
    )
    payer = await services.payer(run, task, scene)
    written = await services.gateway.write(plan.text, request, payer)
    await note_use(services.store, written.call.key, task)
    reply, wrong = _read(shape, written.text, faults, plan.text)
    if reply is None or wrong:
        # Paid, but of no use: found again, it would answer every later try in the same way.
        await services.store.forget(written.call.key)
        raise MalformedReply(wrong, model=plan.text, billed=True)
    return reply


def _read(
    shape: type[T], text: str, faults: Callable[[T], Sequence[str]], model: str
) -> tuple[T | None, str]:
    """The reply, and why it cannot be used; nothing where it can."""
    try:
        reply = shape.model_validate_json(text)
    except ValidationError as error:
        return None, _in_words(error, model)
    return reply, " ".join(faults(reply)[:MOST_FAULTS])


def _in_words(error: ValidationError, model: str) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc'])) or 'reply'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)[:MOST_FAULTS]
    ]
    return f"The reply of {model} does not have the asked form: {'; '.join(faults)}"
