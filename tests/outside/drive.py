"""Drives one short by the generated client; knows nothing of this repository."""

import sys
import threading

from short_factory_client import AuthenticatedClient
from short_factory_client.api.changes import list_versions, reroll_scene
from short_factory_client.api.events import follow
from short_factory_client.api.files import read_film
from short_factory_client.api.money import estimate
from short_factory_client.api.shorts import (
    decide,
    list_shorts,
    order_short,
    show_script,
    show_short,
)
from short_factory_client.models import (
    DecisionForm,
    DecisionFormDecision,
    Problem,
    RerollForm,
    ShortForm,
    TopicForm,
)

SCRIPT = "# Tide\n\n## One\nThe sea breathes twice a day.\n\n> A wide sea under a full moon\n"


def say(*words: object) -> None:
    """Tell the person."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def until(client, short_id, *statuses):
    """The short, once it rests."""
    while True:
        short = show_short.sync(short_id, client=client)
        if short.status in statuses:
            return short
        assert short.status in ("queued", "running"), short
        threading.Event().wait(0.3)


def main(url: str, key: str) -> None:
    """Estimate, order, follow, approve, download, change."""
    client = AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True)
    priced = estimate.sync(client=client, body=TopicForm(script=SCRIPT, seconds=5, scenes=1))
    say("estimated at", priced.estimate.expected_usd)
    order = ShortForm(script=SCRIPT, seconds=5, scenes=1)
    taken = order_short.sync(client=client, body=order, idempotency_key="one")
    again = order_short.sync(client=client, body=order, idempotency_key="one")
    assert taken.id == again.id
    waiting = until(client, taken.id, "waiting_approval")
    read = show_script.sync(taken.id, client=client)
    say("the script says:", read.script.scenes[0].narration)
    old = DecisionForm(decision=DecisionFormDecision.APPROVE, script_version=read.version + 1)
    refused = decide.sync(taken.id, client=client, body=old)
    assert isinstance(refused, Problem)
    assert refused.status == 409
    say("refused:", refused.detail)
    yes = DecisionForm(decision=DecisionFormDecision.APPROVE, script_version=waiting.script_version)
    decide.sync(taken.id, client=client, body=yes)
    done = until(client, taken.id, "done")
    told = follow.sync_detailed(taken.id, client=client)
    say("events:", told.content.decode().count("event: "))
    film = read_film.sync(taken.id, client=client).payload.read()
    assert film[4:8] == b"ftyp"
    say("film:", len(film), "bytes;", "spent", done.spent_usd)
    changed = reroll_scene.sync(taken.id, 1, client=client, body=RerollForm())
    say("a change takes pictures", changed.takes.pictures)
    until(client, taken.id, "done")
    films = list_versions.sync(taken.id, client=client).versions
    assert [each.current for each in films] == [False, True]
    assert [each.id for each in list_shorts.sync(client=client).shorts] == [taken.id]
    say("done by a client that knew only the document")


if __name__ == "__main__":
    main(*sys.argv[1:])
