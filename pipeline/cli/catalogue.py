"""`orderpipe connectors`: what exists, and the source of each fact."""

from typing import Any

import click

from pipeline.cli.errors import DONE, FAILED
from pipeline.cli.printing import print_json, print_section, print_table, say
from pipeline.cli.session import Session, Verb, json_option, pass_session
from pipeline.config.problems import nearest


@click.command(cls=Verb)
@click.argument("name", required=False)
@json_option
@pass_session
def connectors(session: Session, name: str | None, as_json: bool) -> int:
    """Which partners there are; of one: capabilities, settings, endpoints, operations, rules, and the source of each.

    \b
    Example:  orderpipe connectors octopia
    """
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
