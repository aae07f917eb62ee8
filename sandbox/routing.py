"""Which marketplace's orders are for which OMS: every one's for every one, unless a table says otherwise."""

from collections.abc import Mapping, Sequence

# (marketplace, its OMS), ...; empty: each to all.
Routes = tuple[tuple[str, tuple[str, ...]], ...]


def lay_routes(marketplaces: Sequence[str], oms: Sequence[str], routes: Routes = ()) -> Mapping[str, tuple[str, ...]]:
    """By marketplace, its OMS. ValueError: a name that is not simulated, twice, or left without a route."""
    for kind, names in (("marketplace", marketplaces), ("OMS", oms)):
        if not names:
            raise ValueError(f"at least one {kind} is needed")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{kind} named twice: {', '.join(twice)}")
    if not routes:
        return dict.fromkeys(marketplaces, tuple(oms))
    laid = dict(routes)
    if len(laid) < len(routes):
        raise ValueError("a marketplace has two routes: name all its OMS in one")
    strangers = {*laid, *(name for names in laid.values() for name in names)} - {*marketplaces, *oms}
    if strangers:
        raise ValueError(f"routes name what is not simulated here: {', '.join(sorted(strangers))}")
    idle = [name for name in marketplaces if not laid.get(name)]
    idle += [name for name in oms if not any(name in names for names in laid.values())]
    if idle:
        raise ValueError(f"no route for {', '.join(idle)}")
    return {name: tuple(laid[name]) for name in marketplaces}


def choose_fulfillers(routes: Mapping[str, tuple[str, ...]], able: Sequence[str]) -> set[str]:
    """Of the OMS that can ship, those that do: for one order only one, the first in this order."""
    chosen: set[str] = set()
    for name in able:
        if not any(name in targets and chosen & {*targets} for targets in routes.values()):
            chosen.add(name)
    return chosen


def read_names(words: Sequence[str]) -> tuple[str, ...]:
    """Repeated or separated by commas: `a,b`, `c` are three."""
    return tuple(name for word in words for name in word.split(",") if name)


def read_routes(words: Sequence[str]) -> Routes:
    """`MARKETPLACE=OMS,OMS`, each. ValueError: another form."""
    routes = []
    for word in words:
        market, sign, oms = word.partition("=")
        if not (market and sign and read_names([oms])):
            raise ValueError(f"a route is MARKETPLACE=OMS,OMS, not {word!r}")
        routes.append((market, read_names([oms])))
    return tuple(routes)
