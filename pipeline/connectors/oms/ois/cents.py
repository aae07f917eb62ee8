"""Money in whole cents, allotted so that the sum is preserved. Pure."""

from decimal import Decimal
from typing import Final

CENT: Final = Decimal("0.01")


def cents_of(amount: Decimal) -> int | None:
    """Whole cents; None for what has more than two decimals: it is never rounded."""
    scaled = amount * 100
    return int(scaled) if scaled == scaled.to_integral_value() else None


def euros(cents: int) -> Decimal:
    """Two decimals, as OIS wants every amount (contracts/oms.md section 4.1)."""
    return (Decimal(cents) * CENT).quantize(CENT)


def allot(cents: int, pieces: int, start: int = 0) -> list[int]:
    """As even as can be; the cents that are left over go to the pieces from `start` on, round and round."""
    each, over = divmod(cents, pieces)
    return [each + ((index - start) % pieces < over) for index in range(pieces)]
