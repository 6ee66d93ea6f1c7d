"""Dollars as exact decimals. Every amount ends in `_usd`."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, InvalidOperation

from shortfactory.errors import InvalidInput

MICRO = Decimal("0.000001")
CENT = Decimal("0.01")
ZERO = Decimal(0)
LARGEST_USD = Decimal(100_000)


def to_micros(amount_usd: Decimal) -> Decimal:
    """Round up to a millionth of a dollar, the ledger's smallest unit: never under-counted."""
    return amount_usd.quantize(MICRO, rounding=ROUND_CEILING)


def parse_budget(text: str) -> Decimal:
    """Read a limit that a person typed, in dollars with at most six decimals.

    Raises:
        InvalidInput: not a number, zero or less, above 100,000, or finer than a millionth.
    """
    try:
        amount_usd = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        raise InvalidInput("budget", text, "give dollars, for example 0.25") from None
    if not amount_usd.is_finite() or amount_usd <= 0:
        raise InvalidInput("budget", text, "give dollars above zero, for example 0.25")
    if amount_usd > LARGEST_USD:
        raise InvalidInput("budget", text, f"give at most {LARGEST_USD:,} dollars")
    if amount_usd != amount_usd.quantize(MICRO):
        raise InvalidInput("budget", text, "give at most six decimals")
    return amount_usd


def show(amount_usd: Decimal) -> str:
    """Write for a person: cents, or more decimals where cents would hide the amount."""
    if amount_usd and abs(amount_usd) < CENT:
        return f"${amount_usd.quantize(Decimal('0.0001'), rounding=ROUND_HALF_EVEN)}"
    return f"${amount_usd.quantize(CENT, rounding=ROUND_HALF_EVEN)}"
