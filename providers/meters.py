"""One span and three counters per call, under the names of shortfactory/telemetry.py."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from opentelemetry import metrics, trace
from opentelemetry.trace import Span

from providers.calls import Call
from providers.ledger import Bill
from shortfactory import telemetry


class Meters:
    """Counts calls, dollars and retries; says nothing of prompts, replies or keys."""

    def __init__(self) -> None:
        """Ask whichever telemetry the process has set up; without one this costs nothing."""
        self._tracer = trace.get_tracer("shortfactory")
        meter = metrics.get_meter("shortfactory")
        self.calls = meter.create_counter(telemetry.METRIC_CALLS)
        self.spend_usd = meter.create_counter(telemetry.METRIC_SPEND_USD)
        self.retries = meter.create_counter(telemetry.METRIC_RETRIES)

    @contextlib.contextmanager
    def call(self, bill: Bill) -> Generator[CallMeter]:
        """Measure one call; a failure is counted under its error's class."""
        names = {
            telemetry.ATTRIBUTE_PROVIDER: bill.provider,
            telemetry.ATTRIBUTE_MODEL: bill.model,
        }
        about: dict[str, str | int] = {telemetry.ATTRIBUTE_RUN: bill.payer.run_id, **names}
        if bill.payer.scene is not None:
            about[telemetry.ATTRIBUTE_SCENE] = bill.payer.scene
        with self._tracer.start_as_current_span(telemetry.SPAN_CALL, attributes=about) as span:
            try:
                yield CallMeter(self, span, names)
            except Exception as error:
                self.calls.add(1, {**names, "outcome": type(error).__name__})
                raise


class CallMeter:
    """Takes down how one call ended."""

    def __init__(self, meters: Meters, span: Span, names: dict[str, str]) -> None:
        """Write to this span and these counters."""
        self._meters, self._span, self._names = meters, span, names

    def finished(self, call: Call) -> None:
        """Count a call that gave a result."""
        self._span.set_attribute(telemetry.ATTRIBUTE_CACHED, call.cached)
        self._span.set_attribute(telemetry.ATTRIBUTE_COST_USD, float(call.cost_usd))
        outcome = "cached" if call.cached else "made"
        self._meters.calls.add(1, {**self._names, "outcome": outcome})
        if not call.cached:
            self._meters.spend_usd.add(float(call.cost_usd), self._names)
            self._meters.retries.add(call.attempts - 1, self._names)
