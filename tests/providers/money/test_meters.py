"""Spans and counters say what happened, and never what was said."""

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shortfactory.errors import AccountProblem, ProviderDown

IMAGE = "gemini:gemini-nano-banana-2.1"


@pytest.fixture
def watched(monkeypatch):
    """What a process with telemetry would export."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracing, metering = TracerProvider(), MeterProvider([reader])
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr("providers.meters.trace.get_tracer", tracing.get_tracer)
    monkeypatch.setattr("providers.meters.metrics.get_meter", metering.get_meter)
    yield spans, reader
    tracing.shutdown()
    metering.shutdown()


def sums(reader):
    data = reader.get_metrics_data()
    return {
        (metric.name, point.attributes.get("outcome")): point.value
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    }


async def test_a_call_leaves_one_span_and_true_counters(watched, open_gateway, vendors, ask, pay):
    spans, reader = watched
    gateway = open_gateway()
    vendors.image.script.append(ProviderDown("down"))
    for _ in range(2):
        await gateway.draw(IMAGE, ask.picture("my secret prompt"), pay())
    made, cached = spans.get_finished_spans()
    assert made.name == "shortfactory.call"
    assert (made.attributes["shortfactory.run_id"], made.attributes["shortfactory.scene"]) == (
        "run-1",
        1,
    )
    assert (made.attributes["shortfactory.cached"], cached.attributes["shortfactory.cached"]) == (
        False,
        True,
    )
    counted = sums(reader)
    assert counted["shortfactory.calls", "made"] == 1
    assert counted["shortfactory.calls", "cached"] == 1
    assert counted["shortfactory.retries", None] == 1
    assert counted["shortfactory.spend_usd", None] == pytest.approx(0.036129)
    assert "secret" not in made.to_json() + cached.to_json()


async def test_a_failure_is_counted_by_its_class(watched, open_gateway, vendors, ask, pay):
    _, reader = watched
    gateway = open_gateway()
    vendors.image.script.append(AccountProblem("no credit"))
    with pytest.raises(AccountProblem):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert sums(reader)["shortfactory.calls", "AccountProblem"] == 1
