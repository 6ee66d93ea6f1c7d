"""What a call costs: exactly after it, at most before it, and nothing without a dated price."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from providers.price_rows import GOOGLE, PRICE_ROWS, Lane, PriceRow
from providers.usage_bounds import Request, most_units, usual_units
from shortfactory.errors import ConfigurationError
from shortfactory.money import ZERO, to_micros

MOST_UNITS = 1_000_000_000  # beyond this a usage number is a fault, not a bill
TEXT_SOURCE = f"<{GOOGLE}> by genai-prices"
_TEXT_UNITS = ("input_tokens", "output_tokens")


def price(
    model_id: str, units: Mapping[str, int | None], at: datetime, lane: Lane = "standard"
) -> Decimal | None:
    """Dollars for what a call used; None when the usage numbers are missing or absurd.

    Offline models cost nothing. Units that carry no price (credits, request counts) are ignored.

    Raises:
        ConfigurationError: no price is known for this model on this day.
    """
    if model_id.startswith("offline:"):
        return ZERO
    rates = _own_rates(model_id, at, lane)
    needed = tuple(rates) if rates else _TEXT_UNITS
    used = {unit: units.get(unit) for unit in needed}
    sane = {unit: amount for unit, amount in used.items() if _sane(amount)}
    if len(sane) < len(needed):
        _refuse_unknown(model_id, at, lane)
        return None
    if rates:
        return to_micros(sum((rates[unit] * (sane[unit] or 0) for unit in rates), ZERO))
    return _text_price(model_id, {**units, **sane}, at, lane)


def worst(model_id: str, request: Request, at: datetime, lane: Lane = "standard") -> Decimal:
    """The most that one such request can cost, in dollars.

    Raises:
        ConfigurationError: no price is known for this model, picture size or day.
    """
    return _priced_ahead(model_id, most_units(model_id, request), at, lane)


def usual(model_id: str, request: Request, at: datetime, lane: Lane = "standard") -> Decimal:
    """What one such request costs on an ordinary day, in dollars.

    Raises:
        ConfigurationError: no price is known for this model, picture size or day.
    """
    return _priced_ahead(model_id, usual_units(model_id, request), at, lane)


def priced_for(model_id: str, at: datetime, lane: Lane = "standard") -> None:
    """Prove that a price is known.

    Raises:
        ConfigurationError: no price is known for this model on this day.
    """
    if not model_id.startswith("offline:"):
        _refuse_unknown(model_id, at, lane)


def priced_rows(day: date) -> tuple[PriceRow, ...]:
    """The project's own rows in force on a day."""
    return tuple(row for row in PRICE_ROWS if row.valid(day))


def age_days(today: date) -> int:
    """Days since the oldest price in force was read from its vendor's page."""
    return max((today - row.read_on).days for row in PRICE_ROWS if row.valid_to is None)


def _priced_ahead(model_id: str, units: Mapping[str, int], at: datetime, lane: Lane) -> Decimal:
    amount_usd = price(model_id, units, at, lane)
    if amount_usd is None:
        raise ConfigurationError(
            f"{model_id} has a price, but not for this kind or size of request.",
            cure="Choose another size or model, or add its tokens to providers/usage_bounds.py.",
        )
    return amount_usd


def _own_rates(model_id: str, at: datetime, lane: Lane) -> dict[str, Decimal]:
    """Dollars per single unit from the project's own rows; empty if it has none for this model."""
    rows = [row for row in PRICE_ROWS if row.model == model_id and row.lane == lane]
    day = at.astimezone(UTC).date()
    rates = {row.unit: row.usd / row.per for row in rows if row.valid(day)}
    if len(rates) < len({row.unit for row in rows}):
        raise _unpriced(model_id, day, lane)
    return rates


def _sane(amount: int | None) -> bool:
    return amount is not None and 0 <= amount <= MOST_UNITS


def _text_price(
    model_id: str, units: Mapping[str, int | None], at: datetime, lane: Lane
) -> Decimal:
    """Price a Gemini text call by genai-prices; `cached_tokens` are part of `input_tokens`."""
    given, cached = units["input_tokens"] or 0, units.get("cached_tokens") or 0
    used = {
        "input_tokens": given,
        "output_tokens": units["output_tokens"] or 0,
        "cache_read_tokens": min(given, max(0, cached)),
    }
    return to_micros(_library_price(model_id, used, at, lane))


def _refuse_unknown(model_id: str, at: datetime, lane: Lane) -> None:
    if not _own_rates(model_id, at, lane):
        _library_price(model_id, {"input_tokens": 0, "output_tokens": 0}, at, lane)


def _library_price(model_id: str, used: Mapping[str, int], at: datetime, lane: Lane) -> Decimal:
    vendor, _, name = model_id.partition(":")
    library = _genai_prices()
    if vendor != "gemini":
        raise _unpriced(model_id, at.date(), lane)
    try:
        found = library.calc_price(
            library.Usage(**used),
            name,
            provider_id="google",
            genai_request_timestamp=at,
            price_context={"processing": lane} if lane == "batch" else None,
        )
    except LookupError as error:
        raise _unpriced(model_id, at.date(), lane) from error
    # The library also matches families by prefix; a price by resemblance is no price.
    if found.model.id != name:
        raise _unpriced(model_id, at.date(), lane)
    return found.total_price


@cache
def _genai_prices() -> Any:
    import genai_prices  # noqa: PLC0415 - 0.3 s that an offline run need not spend

    return genai_prices


def _unpriced(model_id: str, day: date, lane: Lane) -> ConfigurationError:
    return ConfigurationError(
        f"No {lane} price is known for {model_id} on {day}, so it is not called.",
        cure=f"Add a row for {model_id!r} to providers/price_rows.py, with its source and date.",
    )
