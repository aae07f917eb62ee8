"""The generator: realistic European orders in no partner's words, the same for the same seed."""

import random
from dataclasses import dataclass, replace
from math import ceil

from sandbox.places import COUNTRIES, GOODS, PLACES, Place

READY, AWAITING, PROCESSING, CANCELLED, FOREIGN = "ready", "awaiting", "processing", "cancelled", "foreign"
PLANT_KINDS = ("postal_code_missing", "quantity_zero", "sku_missing", "first_name_missing", "currency_unknown")
HOSTILE_FORMS = ("{}/1", "CMD {}", "A#{}", "{}:FR:2", "{}/ #:x y")


@dataclass(frozen=True, slots=True)
class Shares:
    """What part of the orders has which fate; the rest is ready to be shipped from the start."""

    awaiting: float = 0.10
    processing: float = 0.05
    cancelled: float = 0.01
    foreign: float = 0.02
    hostile_ids: float = 0.02


PLAIN = Shares(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class SampleAddress:
    """One address; `line2` and `line3` are what follows the street."""

    first: str
    last: str
    company: str | None
    line1: str
    line2: str | None
    line3: str | None
    postal_code: str
    town: str
    country: str
    phone: str
    email: str
    pickup_id: str | None = None
    pickup_name: str | None = None


@dataclass(frozen=True, slots=True)
class SampleLine:
    """Cents. `unit` is what the seller asks for one piece, `unit_paid` what the buyer pays (the marketplace may
    grant a discount of its own); `shipping` is for the whole line."""

    line_id: str
    product_id: str
    sku: str
    gtin: str
    title: str
    quantity: int
    unit: int
    unit_paid: int
    shipping: int
    vat_percent: int
    commission_percent: int


@dataclass(frozen=True, slots=True)
class Sample:
    """`age_seconds`: how long before its first appearance it was bought. `released_after`: for a processing order."""

    order_id: str
    reference: str
    fate: str
    plant: str | None
    business: bool
    shipping: SampleAddress
    billing: SampleAddress
    lines: tuple[SampleLine, ...]
    service_fee: int
    delivery_mode: str
    payment: str
    age_seconds: float
    released_after: float

    @property
    def total(self) -> int:
        """Cents: every line's pieces and shipping, and the service fee."""
        return sum(line.quantity * line.unit_paid + line.shipping for line in self.lines) + self.service_fee


def keep(sample: Sample) -> Sample:
    """As it was drawn: most OMS can take every address."""
    return sample


def shorten(sample: Sample) -> Sample:
    """For an OMS with little room for what follows the street: S003 has HouseNoExt, of 20 characters, and no more; and
    a pickup point needs both its id and its name there."""
    short = replace(sample, shipping=_shorten(sample.shipping), billing=_shorten(sample.billing))
    if bool(sample.shipping.pickup_id) is not bool(sample.shipping.pickup_name):
        nowhere = replace(short.shipping, pickup_id=None, pickup_name=None)
        return replace(short, shipping=nowhere, delivery_mode="Standard")
    return short


def unname_pickup(sample: Sample) -> Sample:
    """For a marketplace that tells a pickup point by its id only."""
    return replace(sample, shipping=replace(sample.shipping, pickup_name=None))


def unnumber_pickup(sample: Sample) -> Sample:
    """For a marketplace that tells a pickup point by its name only."""
    return replace(sample, shipping=replace(sample.shipping, pickup_id=None))


def line_pickup(sample: Sample) -> Sample:
    """For a marketplace that tells a pickup point by name and number in the address lines."""
    to = sample.shipping
    if not to.pickup_name:
        return sample
    more = ", ".join(line for line in (to.line2, to.line3) if line)
    lined = replace(to, line2=f"{to.pickup_name} ({to.pickup_id})", line3=more or None, pickup_name=None)
    return replace(sample, shipping=lined)


def _shorten(address: SampleAddress) -> SampleAddress:
    line2 = address.line2 if len(address.line2 or "") < 8 else None
    return replace(address, line2=line2, line3=None)


def count_plants(count: int, plant: int | None) -> int:
    """One in a hundred, at least three, unless told."""
    return min(count, max(3, ceil(count / 100)) if plant is None else plant)


def make_samples(
    count: int,
    seed: int | str,
    plant: int | None = None,
    shares: Shares | None = None,
    start: int = 0,
    kinds: tuple[str, ...] = PLANT_KINDS,
) -> list[Sample]:
    """`count` orders numbered from `start`. Fates and plants are exact counts, spread at random; only orders that
    are ready from the start are planted."""
    rng = random.Random(f"orders:{seed}:{start}")
    shares = shares or Shares()
    plants = count_plants(count, plant)
    fates: list[str] = []
    for fate, share in (
        (AWAITING, shares.awaiting),
        (PROCESSING, shares.processing),
        (CANCELLED, shares.cancelled),
        (FOREIGN, shares.foreign),
    ):
        fates += [fate] * round(count * share)
    fates = fates[: count - plants]
    fates += [READY] * (count - len(fates))
    rng.shuffle(fates)
    ready = [n for n, fate in enumerate(fates) if fate == READY]
    planted = dict(zip(sorted(rng.sample(ready, plants)), _cycle(kinds, plants), strict=True))
    hostile = rng.sample(range(count), round(count * shares.hostile_ids))
    forms = dict(zip(hostile, _cycle(HOSTILE_FORMS, len(hostile)), strict=True))
    return [_make_sample(rng, start + n, fates[n], planted.get(n), forms.get(n, "{}")) for n in range(count)]


def _cycle(words: tuple[str, ...], length: int) -> list[str]:
    return [words[n % len(words)] for n in range(length)]


def _make_sample(rng: random.Random, number: int, fate: str, plant: str | None, id_form: str) -> Sample:
    country = rng.choice(COUNTRIES)
    place = PLACES[country]
    business = rng.random() < 0.12
    billing = _make_address(rng, place, country, business)
    shipping = billing if rng.random() < 0.7 else _make_address(rng, place, country, business)
    mode = rng.choice(("Standard", "Standard", "Tracked", "Registered", "Express"))
    if not business and rng.random() < 0.15:
        shipping, mode = _send_to_pickup(rng, shipping), "Relay"
    body = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=6))
    return Sample(
        order_id=id_form.format(f"SCID{number:07d}{body}"),
        reference=f"R{number:07d}-{rng.randrange(10**6):06d}",
        fate=fate,
        plant=plant,
        business=business,
        shipping=shipping,
        billing=billing,
        lines=tuple(_make_line(rng) for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3, 4, 5)))),
        service_fee=rng.choice((0, 0, 0, 0, 99, 149)),
        delivery_mode=mode,
        payment=rng.choice(("CreditCard", "CreditCard", "PayPal", "4xCB")),
        age_seconds=round(rng.uniform(60, 3000), 3),
        released_after=round(rng.uniform(0.5, 3.0), 3),
    )


def _make_address(rng: random.Random, place: Place, country: str, business: bool) -> SampleAddress:
    postal_code, town = rng.choice(place.towns)
    return SampleAddress(
        first=rng.choice(place.first),
        last=rng.choice(place.last),
        company=rng.choice(place.companies) if business else None,
        line1=rng.choice(place.streets).format(n=rng.randrange(1, 190)),
        line2=rng.choice((None, None, None, "Bât. C", "c/o Mme Noël")),
        line3=rng.choice((None, None, None, None, "4ème étage, porte gauche")),
        postal_code=postal_code,
        town=town,
        country=country,
        phone=place.phone + "".join(rng.choices("0123456789", k=8)),
        email=f"{rng.randrange(16**10):010x}@buyers.example",
    )


def _send_to_pickup(rng: random.Random, home: SampleAddress) -> SampleAddress:
    return SampleAddress(
        first=home.first,
        last=home.last,
        company=None,
        line1=home.line1,
        line2=None,
        line3=None,
        postal_code=home.postal_code,
        town=home.town,
        country=home.country,
        phone=home.phone,
        email=home.email,
        pickup_id=f"{rng.randrange(10**6):06d}",
        pickup_name=rng.choice(("Tabac de la Gare", "Épicerie Chez Rémi", "Relais Colis n° 12", "Kiosk Müller")),
    )


def _make_line(rng: random.Random) -> SampleLine:
    title, price = rng.choice(GOODS)
    unit = price + rng.choice((0, 0, 1, -1, 50))
    item = rng.randrange(10**6)
    gtin = f"376{rng.randrange(10**9):09d}"
    return SampleLine(
        line_id=f"{rng.randrange(16**12):012x}",
        product_id=f"AUC{item:06d}",
        sku=f"SKU-{item:06d}",
        gtin=gtin + _check_digit(gtin),
        title=title,
        quantity=rng.choice((1, 1, 1, 2, 3)),
        unit=unit,
        unit_paid=unit - (unit // 20 if rng.random() < 0.1 else 0),
        shipping=rng.choice((0, 0, 399, 499, 690)),
        vat_percent=rng.choice((20, 20, 10)),
        commission_percent=rng.choice((8, 12, 15)),
    )


def _check_digit(gtin: str) -> str:
    """GS1's modulo 10 over the first twelve digits of an EAN-13."""
    total = sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(gtin))
    return str(-total % 10)
