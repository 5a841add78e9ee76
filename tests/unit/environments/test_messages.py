"""Generated invalid files: each gets clear error messages, whatever it contains."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from day_two.bases import COMPLETE
from environments import Environment, InvalidEnvironment, parse
from environments.errors import MOST_PROBLEMS, Problem, is_unprintable
from environments.generated_files import schema_text
from environments.json_schema import keys
from environments.load import from_data
from tests.unit.environments.cases import DAG_ACCESS, changed, messages

CANARY = "Canary7"
SECRETS = (
    f"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb{CANARY}\n-----END OPENSSH PRIVATE KEY-----\n",
    f"ghp_0123456789{CANARY}0123456789",
    f"https://me:a/b@{CANARY}@example.com/x?token={CANARY}",
    f"Bearer {CANARY}{CANARY}",
    f"https://hooks.slack.com/services/T0/B0/{CANARY}",
    f'{{"api_key": "{CANARY}"}}',
)
MARKS = ("\x1b[31mred", "a\u202eb", "a\r\nb", "\x00", "\u2028", "\ud800")
WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**17,
    0.5,
    "",
    "no",
    "٣",
    "²",
    "x" * 3000,
    "${x}",
    "%{x}",
    [],
    {},
    [None],
    {"": None},
    [[["a"]]],
)
bad = st.sampled_from((*WRONG, *SECRETS, *MARKS))
EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "cidr": "10.99.0.0/16",
    "endpoints_security_group_id": "sg-00000001",
    "application_route_table_ids": ["rtb-00000001"],
    **{
        f"{tier}_subnet_ids": [f"subnet-0000000{2 * number}", f"subnet-0000000{2 * number + 1}"]
        for number, tier in enumerate(("public", "application", "data"))
    },
}
WRITTEN = json.loads(from_data(COMPLETE, source="f.yaml").model_dump_json())
FULL: dict[str, Any] = changed(
    WRITTEN,
    {
        "network": {"existing": EXISTING},
        "ecs_executor": DAG_ACCESS,
        "components": dict.fromkeys(("scheduler", "triggerer", "standalone"), DAG_ACCESS),
        "workers": [{**WRITTEN["workers"][0], **DAG_ACCESS}, WRITTEN["workers"][1]],
        "telemetry": {
            "otlp": {"endpoint": "https://otel.internal", "cidr": "10.50.0.0/24", "authenticate": True},
            "openlineage": {"endpoint": "https://lineage.internal", "cidr": "10.50.0.0/24", "authenticate": True},
        },
        "waivers": [
            {"rule": "CKV_1", "address": "aws_vpc.x", "reason": "long enough", "owner": "me", "expires": "2099-01-01"}
        ],
    },
)
"""Every key of an environment; no environment can have all of them."""


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every key and item."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for key, value in items for found in ((*path, key), *places(value, (*path, key)))]


PLACES = places(FULL)


def spoiled(path: tuple[Any, ...], value: Any, *, as_key: bool) -> dict[str, Any]:
    """A valid file with ``value`` at ``path``, or with an additional key of that name."""
    data = copy.deepcopy(FULL)
    node: Any = data
    for step in path[:-1]:
        node = node[step]
    if as_key and isinstance(node, dict) and isinstance(value, str):
        node[value] = "x"
    else:
        node[path[-1]] = value
    return data


def lines_about(data: dict[str, Any]) -> tuple[str, ...]:
    return lines_of(lambda: from_data(data, source="f.yaml"))


def lines_of(read: Callable[[], Environment]) -> tuple[str, ...]:
    try:
        read()
    except InvalidEnvironment as error:
        return error.lines or ("no line",)
    return ()


@pytest.mark.feature("E1")
def test_bad_values_are_generated_for_every_key() -> None:
    """Keys of a new section must be spoiled too."""
    spoiled_keys = {re.sub(r"\.\d+", "[]", ".".join(map(str, path))) for path in PLACES}
    assert {key for key, _ in keys()} - spoiled_keys == set()


@pytest.mark.feature("E1")
@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), bad, st.booleans())
@example(("airflow", "config", "AIRFLOW__API__PAGE_SIZE"), SECRETS[5], False)
@example(("state",), SECRETS[0], True)
@example(("tags", "team"), SECRETS[2], True)
@example(("network", "zones", 0), "x" * 3000, False)
def test_every_line_is_clear_and_shows_no_secret(path: tuple[Any, ...], value: Any, as_key: bool) -> None:
    for line in lines_about(spoiled(path, value, as_key=as_key)):
        assert line.startswith("f.yaml: ")
        assert "Fix: " in line
        assert CANARY not in line
        assert not any(is_unprintable(char) for char in line)
        assert len(line) < 2500


@pytest.mark.feature("E1")
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), st.sampled_from(SECRETS + MARKS), st.integers(0, 400))
def test_a_cut_off_file_is_answered_in_the_same_way(path: tuple[Any, ...], value: str, cut: int) -> None:
    text = yaml.safe_dump(spoiled(path, value, as_key=False), allow_unicode=False)
    for line in lines_of(lambda: parse(text[:-cut] if cut else text, source="f.yaml")):
        assert line.startswith("f.yaml: ")
        assert "Fix: " in line
        assert CANARY not in line
        assert not any(is_unprintable(char) for char in line)


@pytest.mark.feature("E1")
@pytest.mark.parametrize("secret", SECRETS)
def test_secret_is_accepted_nowhere(secret: str) -> None:
    """Each key that takes text rejects a pasted secret, so none gets into Terraform's state."""
    assert [path for path in PLACES if not lines_about(spoiled(path, secret, as_key=False))] == []


@pytest.mark.feature("E1")
def test_thousands_of_problems_are_counted() -> None:
    error = InvalidEnvironment("f.yaml", [Problem(f"key{number}", "unknown") for number in range(2000)])
    assert len(error.lines) == MOST_PROBLEMS + 1
    assert error.lines[-1] == "f.yaml: 1960 more problems. Fix: correct the ones above first"
    assert len(error.problems) == 2000


@pytest.mark.feature("E1")
def test_no_pattern_accepts_digits_or_letters_of_other_scripts() -> None:
    """``\\d`` and ``\\w`` match all scripts of Unicode; AWS and Airflow accept only ASCII."""
    assert not any(
        f'"pattern": "{line}' and ("\\\\d" in line or "\\\\w" in line) for line in schema_text().splitlines()
    )


@pytest.mark.feature("E1")
@pytest.mark.parametrize("value", ["true", 1, 1.0, "yes", "f", None])
def test_boolean_keys_accept_true_and_false_only(value: object) -> None:
    found = {section: messages(**{section: {key: value}}) for section, key in BOOLEANS}
    assert [section for section, lines in found.items() if not lines] == []


BOOLEANS = [
    ("airflow", "exec_enabled"),
    ("network", "flow_logs"),
    ("load_balancer", "waf"),
    ("database", "proxy"),
    ("logs", "force_destroy"),
    ("alarms", "enabled"),
    ("cleanup", "enabled"),
]
