"""One way to ask a text model: render the prompt, make the call, validate strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from nodes.prompting import load, note_use, wire_schema
from nodes.services import RunFacts, Services
from providers.ports import Task, TextRequest
from shortfactory.errors import MalformedReply
from shortfactory.plan import Plan

T = TypeVar("T", bound=BaseModel)


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
) -> T:
    """Ask the plan's text model for one `shape`.

    `inputs` are the facts, `words` the same facts as the prompt's placeholders need them.

    Raises:
        MalformedReply: the reply is not valid; its text says where, in the validator's words.
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
    try:
        return shape.model_validate_json(written.text)
    except ValidationError as error:
        # Paid, but of no use: found again, it would answer every later try in the same way.
        await services.store.forget(written.call.key)
        raise MalformedReply(_in_words(error, plan.text), model=plan.text, billed=True) from error


def _in_words(error: ValidationError, model: str) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc'])) or 'reply'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)[:6]
    ]
    return f"The reply of {model} does not have the asked form: {'; '.join(faults)}"
