"""Prometheus and Grafana without either: every key is known, every expression parses, every metric is one of ours."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pipeline.observability.metrics import write_metrics
from tests.deploy.folder import DEPLOY, ROOT
from tests.deploy.misspelling import misspell, misspelt
from tests.unit.observability.test_metrics import PRESENT, STATUS, STEPS
from tests.unit.test_house import commands_of_the_program

SCRAPE = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
RULES = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())
ADAPTER = yaml.safe_load((DEPLOY / "kubernetes" / "prometheus-adapter.yaml").read_text())
BOARD = json.loads((DEPLOY / "grafana" / "orderpipe.json").read_text())

# Keys by place, `!` where they must be there, None where what is below is free: Prometheus' configuration and
# recording-rules pages, the adapter's config page, Grafana's dashboard JSON model (version 39) and its panels' options.
Keys = Mapping[str, Any]
SCRAPE_KEYS: Keys = {
    "global": {"scrape_interval": "", "evaluation_interval": ""},
    "rule_files!": "",
    "scrape_configs!": {
        "job_name!": "", "metrics_path!": "", "scheme!": "", "basic_auth!": {"username!": "", "password_file!": ""},
        "static_configs!": {"targets!": ""},
    },
}  # fmt: skip
RULE_KEYS: Keys = {
    "groups!": {
        "name!": "",
        "rules!": {
            "alert!": "", "expr!": "", "for!": "", "labels!": {"severity!": ""},
            "annotations!": {"summary!": "", "description!": ""},
        },
    }
}  # fmt: skip
ADAPTER_KEYS: Keys = {
    "rules!": {
        "external!": {
            "seriesQuery!": "", "resources!": {"namespaced!": ""}, "name!": {"as!": ""}, "metricsQuery!": ""
        }
    }
}  # fmt: skip
SOURCE: Keys = {"type!": "", "uid!": ""}
STEPS_KEYS: Keys = {"color!": "", "value!": ""}
BOARD_KEYS: Keys = {
    **dict.fromkeys(("uid!", "title!", "description!", "tags!", "schemaVersion!", "version!", "editable!"), ""),
    **dict.fromkeys(("refresh!", "timezone!", "graphTooltip!", "links!"), ""),
    "time!": {"from!": "", "to!": ""},
    "annotations!": {"list!": ""},
    "templating!": {
        "list!": {
            "name!": "", "type!": "", "label!": "", "query!": "", "hide!": "", "datasource": SOURCE, "definition": "",
            "refresh": "", "includeAll": "", "allValue": "", "multi": "", "sort": "",
        }
    },
    "panels!": {
        "id!": "", "type!": "", "title!": "", "description!": "", "datasource!": SOURCE,
        "gridPos!": dict.fromkeys(("x!", "y!", "w!", "h!"), ""),
        "targets!": {
            "datasource!": SOURCE, "expr!": "", "legendFormat!": "", "refId!": "", "instant!": "", "range!": "",
        },
        "fieldConfig!": {
            "overrides!": "",
            "defaults!": {
                "unit!": "", "thresholds!": {"mode!": "", "steps!": STEPS_KEYS}, "color!": {"mode!": ""},
                "custom": {
                    "lineWidth!": "", "fillOpacity!": "", "stacking!": {"mode!": "", "group!": ""}, "showPoints!": "",
                },
                "mappings": {"type!": "", "options!": None},
            },
        },
        "options!": {
            "legend": {"displayMode!": "", "placement!": "", "calcs": ""}, "tooltip": {"mode!": "", "sort!": ""},
            "reduceOptions": {"calcs!": "", "fields!": "", "values!": ""},
            "colorMode": "", "graphMode": "", "textMode": "",
        },
    },
}  # fmt: skip
BY_TYPE = {  # what a panel of each type must have: a misspelt option of the type is missing then
    "stat": {"reduceOptions", "colorMode", "graphMode", "textMode"},
    "timeseries": {"legend", "tooltip"},
    "state-timeline": {"legend", "tooltip"},
}


def strange(document: Any, keys: Any, place: str = "") -> Iterator[str]:
    """Keys that nobody knows, and keys that are missing."""
    if isinstance(document, list):
        for one in document:
            yield from strange(one, keys, place)
    elif isinstance(document, Mapping) and keys is not None:
        known = {key.rstrip("!"): below for key, below in keys.items()} if keys else {}
        yield from (f"{place}.{key}: unknown" for key in document if key not in known)
        yield from (f"{place}.{key[:-1]}: missing" for key in keys or () if key[-1] == "!" and key[:-1] not in document)
        for key, value in document.items():
            yield from strange(value, known.get(key), f"{place}.{key}")


def strange_board(board: Any) -> list[str]:
    found = list(strange(board, BOARD_KEYS))
    for panel in board.get("panels", ()):
        options, defaults = panel.get("options", {}), panel.get("fieldConfig", {}).get("defaults", {})
        found += [f"{panel.get('title')}: no {name}" for name in BY_TYPE.get(panel.get("type"), {"?"}) - set(options)]
        if panel.get("type") == "timeseries" and "custom" not in defaults:
            found.append(f"{panel.get('title')}: no custom")
    return found


@pytest.mark.parametrize(
    ("document", "keys"),
    [(SCRAPE, SCRAPE_KEYS), (RULES, RULE_KEYS), (ADAPTER, ADAPTER_KEYS)],
    ids=["scrape", "rules", "adapter"],
)
def test_no_key_can_be_misspelt(document: Any, keys: Keys) -> None:
    assert list(strange(document, keys)) == []
    assert [key for key, wrong in misspelt(document) if not list(strange(wrong, keys))] == []


def test_no_key_of_the_dashboard_can_be_misspelt() -> None:
    assert strange_board(BOARD) == []
    unseen = [key for key, wrong in misspelt(BOARD, free=("options",)) if not strange_board(wrong)]
    assert [key for key in unseen if ".mappings." not in key] == []


# ---------------------------------------------------------------- expressions


def told() -> dict[str, set[str]]:
    """Every sample that we write -> its labels."""
    found: dict[str, set[str]] = {}
    text = write_metrics(STATUS, STEPS, PRESENT).decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return {**found, "up": {"job", "instance"}}


OURS = told()


def wrong_in(expression: str) -> list[str]:
    """What is no PromQL, no metric of ours, or no label of the metrics that it names."""
    try:
        tree = promql_parser.parse(expression.replace("$account", ".*").replace("$__rate_interval", "5m"))
    except ValueError as error:
        return [f"{expression}: {error}"]
    names, labels, problems = set(), set(), []

    def look(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            names.add(node.name)
            used = {matcher.name for matcher in node.matchers.matchers}
            problems.extend(f"{node.name} has no label {one}" for one in used - OURS.get(node.name, set()))
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier:
            labels.update(node.modifier.labels)
        if isinstance(node, promql_parser.BinaryExpr) and node.modifier and node.modifier.matching:
            labels.update(node.modifier.matching.labels)
        return True

    promql_parser.walk(tree, look)
    problems += [f"nobody writes {name}" for name in names - OURS.keys()]
    problems += [
        f"{label} is no label of {names}" for label in labels - set().union(*(OURS.get(n, set()) for n in names))
    ]
    return problems


ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
EXPRESSIONS = {
    **{rule["alert"]: rule["expr"] for rule in ALERTS},
    **{f"{p['title']} {t['refId']}": t["expr"] for p in BOARD["panels"] for t in p["targets"]},
    "autoscaling": ADAPTER["rules"]["external"][0]["metricsQuery"],
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_asks_for_what_we_write(name: str) -> None:
    expression = EXPRESSIONS[name]
    assert wrong_in(expression) == []
    for word in sorted(
        {*re.findall(r"orderpipe_\w+", expression), *re.findall(r"[{(, ](\w+)(?=\s*!?=~?\s*\")", expression)}
    ):
        assert wrong_in(re.sub(rf"\b{word}\b", misspell(word), expression)), f"{word} can be misspelt"


def test_a_wrong_expression_is_noticed() -> None:
    assert wrong_in("sum by (account (orderpipe_documents)")
    assert wrong_in("sum by (acount) (orderpipe_documents)")
    assert wrong_in("orderpipe_documents > 1 unless on (lane) orderpipe_gate_shut")


def test_what_must_wake_somebody_does() -> None:
    pages = {rule["alert"] for rule in ALERTS if rule["labels"]["severity"] == "page"}
    assert {
        "OrderpipeNoBeat",
        "OrderpipeOldestDue",
        "OrderpipeGateShut",
        "OrderpipeUnknown",
        "OrderpipeMetricsGone",
    } <= pages
    assert {rule["labels"]["severity"] for rule in ALERTS} == {"page", "ticket"}
    assert [rule["alert"] for rule in ALERTS if not re.fullmatch(r"\d+[mh]", rule["for"])] == []


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alerts_words_name_labels_and_commands_that_there_are(rule: Any) -> None:
    names = set(re.findall(r"orderpipe_\w+|\bup\b", rule["expr"]))
    labels = set().union(*(OURS[name] for name in names))
    words = " ".join(rule["annotations"].values())
    assert set(re.findall(r"\$labels\.(\w+)", words)) - labels == set()
    assert set(re.findall(r"`orderpipe ([a-z]+)", words)) - commands_of_the_program() == set()


def test_the_scrape_fits_flower() -> None:
    (job,) = SCRAPE["scrape_configs"]
    assert job["metrics_path"] == "/orders/metrics"
    assert f'"{job["metrics_path"]}"' in (ROOT / "tasks" / "flower" / "application.py").read_text()
    assert f'job="{job["job_name"]}"' in EXPRESSIONS["OrderpipeMetricsGone"]
    assert SCRAPE["rule_files"] == ["rules.yml"]


def test_panels_do_not_overlap() -> None:
    cells = [
        (x, y)
        for panel in BOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23
