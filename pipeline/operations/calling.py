"""`orderpipe call`: a partner's documented operation outside the flows, with checked arguments and an audit line."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.config.setting import Setting
from pipeline.connectors.contract import Operation
from pipeline.domain.errors import Trouble
from pipeline.operations.errors import NotAllowed

Audit = Callable[[Mapping[str, Any]], None]


def call(
    client: Any, operation: Operation, arguments: Mapping[str, str], *, yes: bool, who: str, audit: Audit, account: str
) -> Any:
    """The partner's answer as JSON. Raises NotAllowed in words: wrong arguments, no confirmation, the partner's no."""
    given = read_arguments(operation, arguments)
    if operation.changes and not operation.undoable and not yes:
        raise NotAllowed(f"{operation.name} can't be undone: confirm with --yes")
    if operation.changes:
        audit({"who": who, "what": f"call {operation.name}", "account": account, "arguments": sorted(given)})
    try:
        return operation.run(client, given)
    except Trouble as trouble:
        raise NotAllowed(f"{account}: {trouble.kind}: {trouble.message}") from None


def read_arguments(operation: Operation, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Every fault at once. Raises NotAllowed."""
    declared = {argument.name: argument for argument in operation.arguments}
    faults = [
        f"{name}: {operation.name} has no such argument (it takes {', '.join(declared) or 'none'})"
        for name in arguments
        if name not in declared
    ]
    given: dict[str, Any] = {}
    for name, argument in declared.items():
        if name in arguments:
            try:
                given[name] = _value(argument, arguments[name])
            except ValueError as error:
                faults.append(f"{name}: {error}")
        elif argument.required:
            faults.append(f"{name}: missing ({argument.meaning})")
        elif argument.default is not None:
            given[name] = argument.default
    if faults:
        raise NotAllowed("; ".join(faults))
    return given


def _value(argument: Setting, text: str) -> Any:
    if argument.choices and text not in argument.choices:
        raise ValueError(f"{text!r} is none of {', '.join(argument.choices)}")
    match argument.form:
        case "integer":
            return int(text)
        case "flag":
            if text.lower() not in ("true", "false"):
                raise ValueError("expected true or false")
            return text.lower() == "true"
        case "texts":
            return [part.strip() for part in text.split(",")]
        case "table":
            return json.loads(text)
        case _:
            return text
