"""`orderpipe connectors`: what exists, and the source of each fact; `connectors new`: a room for one more."""

from typing import Any

import click

from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.founding import SUITE, CannotFound, plan
from pipeline.cli.printing import print_json, print_section, print_table, say
from pipeline.cli.session import Session, Verb, json_option, pass_session
from pipeline.config.problems import nearest


@click.command(cls=Verb)
@click.argument("words", nargs=-1, metavar="[NAME | new NAME]")
@click.option("--kind", type=click.Choice(["marketplace", "oms"]), help="Of a new one.")
@json_option
@pass_session
def connectors(session: Session, words: tuple[str, ...], kind: str | None, as_json: bool) -> int:
    """Which partners there are; of one: capabilities, settings, endpoints, operations, rules, and the source of each.

    `new NAME` makes the room of a new one, in a source checkout, and its place in the conformance suite.

    \b
    Example:  orderpipe connectors octopia
              orderpipe connectors new acme --kind oms
    """
    if words[:1] == ("new",):
        return _found(session, words[1:], kind)
    if kind:
        raise click.UsageError("--kind is for a new one: orderpipe connectors new NAME --kind marketplace|oms")
    if len(words) > 1:
        raise click.UsageError(f"Got unexpected extra argument ({' '.join(words[1:])})")
    return _show(session, words[0] if words else None, as_json)


def _found(session: Session, words: tuple[str, ...], kind: str | None) -> int:
    """A new room: its paths on stdout."""
    if len(words) != 1 or kind is None:
        raise click.UsageError("write: orderpipe connectors new NAME --kind marketplace|oms")
    root = session.source()
    try:
        founding = plan(words[0], kind, session.connectors(), root)
    except CannotFound as reason:
        raise click.UsageError(str(reason)) from None
    founding.write(root)
    for path in (*founding.new, *founding.changed):
        click.echo(path)
    say(f"made in {root}; what is missing, in words: .venv/bin/python -m pytest {SUITE} -k {words[0]}")
    return DONE


def _show(session: Session, name: str | None, as_json: bool) -> int:
    known = session.connectors()
    if name is not None and name not in known:
        say(f"there is no connector {name!r}; the nearest is {nearest(name, known)!r}")
        return FAILED
    found = [describe(known[each]) for each in ([name] if name else sorted(known))]
    if as_json:
        print_json(found[0] if name else found)
    elif name:
        _print_one(found[0])
    else:
        rows = [(one["name"], one["kind"], one["title"], ", ".join(one["capabilities"])) for one in found]
        print_table(("name", "kind", "title", "capabilities"), rows)
    return DONE


def describe(connector: Any) -> dict[str, Any]:
    """A declaration as JSON."""
    return {
        "name": connector.name,
        "kind": connector.kind,
        "title": connector.title,
        "capabilities": sorted(connector.capabilities),
        "settings": [_describe_setting(setting) for setting in connector.settings],
        "statuses": {word: str(status) for word, status in connector.statuses.items()},
        "endpoints": [
            {name: getattr(endpoint, name) for name in ("method", "path", "purpose", "used_by", "source")}
            for endpoint in connector.endpoints
        ],
        "operations": [
            {
                "name": operation.name,
                "meaning": operation.meaning,
                "changes": operation.changes,
                "undoable": operation.undoable,
                "arguments": [_describe_setting(argument) for argument in operation.arguments],
                "source": operation.source,
            }
            for operation in connector.operations
        ],
        "rules": [{"name": rule.name, "says": rule.says, "source": rule.source} for rule in connector.rules],
        "limits": dict(connector.limits),
        "sources": list(connector.sources),
    }


def _describe_setting(setting: Any) -> dict[str, Any]:
    # a default is declared in the code and is never a credential
    default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    return {
        "name": setting.name,
        "form": setting.form,
        "required": setting.required,
        "default": default,
        "choices": list(setting.choices),
        "meaning": setting.meaning,
        "source": setting.source,
    }


def _print_one(found: dict[str, Any]) -> None:
    click.echo(f"{found['name']}: {found['title']} ({found['kind']})")
    for name in ("capabilities", "settings", "statuses", "endpoints"):
        print_section(name, found[name])
    brief = [{**row, "arguments": " ".join(a["name"] for a in row["arguments"])} for row in found["operations"]]
    print_section("operations (orderpipe call)", brief)
    print_section("rules", found["rules"])
    print_section("limits", found["limits"])
    print_section("sources", found["sources"])
