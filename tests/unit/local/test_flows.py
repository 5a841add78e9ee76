"""Something failed without every declared flow in a recorded run, or the flow has a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.network.reading.flows import declared_flows

from environments.load import HOME
from environments.yaml_reader import read_mapping
from local.flows import __main__ as command
from local.flows import record
from local.flows.page import PAGE, page
from local.flows.reasons import REASONS, unexplained
from local.flows.record import Trial
from local.flows.removal import StillFailing, failures
from local.repository import ROOT
from tests.synthesis import deployed_data
from tests.unit.environments.cases import CERTIFICATE
from tests.unit.modules.variants import AUTHENTICATES as BY_LOAD_BALANCER

TOPOLOGY = "celery, one NAT gateway"
LIVE = ROOT / "tests" / "live" / "environment.yaml"
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


def trial(source: str = "scheduler", destination: str = "broker", service: str = "tcp/6379") -> Trial:
    return Trial(source=source, destination=destination, service=service, why="Celery broker over TLS")


# The live tests' environment in every topology and egress mode: of a shared VPC nothing else differs.
BAKED: dict[str, Any] = {"dags": {"delivery": "baked"}}
NO_WORKERS: dict[str, Any] = {"workers": None, "broker": None}
LOCAL = NO_WORKERS | {"ecs_executor": None}
AUTHENTICATES: dict[str, Any] = {
    **BY_LOAD_BALANCER,
    "load_balancer": {**BY_LOAD_BALANCER["load_balancer"], "certificate_arn": CERTIFICATE},
}
VARIANTS: list[tuple[str, str, dict[str, Any]]] = [
    ("celery", "nat_per_zone", {}),
    ("celery", "none", BAKED),
    ("local_executor", "nat_per_zone", LOCAL),
    ("local_executor", "none", LOCAL | BAKED),
    ("ecs", "nat_per_zone", NO_WORKERS),
    ("ecs", "none", NO_WORKERS | BAKED),
    ("local_executor", "nat_per_zone", LOCAL | AUTHENTICATES),
    *(
        (topology, egress, LOCAL | {"components": None} | changes)
        for topology in ("single", "sequential")
        for egress, changes in (("nat_per_zone", {}), ("none", BAKED))
    ),
]


def kinds_of(keys: Mapping[str, Any]) -> set[str]:
    deployment = deployed_data({key: value for key, value in keys.items() if value is not None})
    return {
        trial(flow.source.name, flow.destination.name, f"{flow.protocol}/{flow.port}").kind
        for flow in declared_flows(deployment.configuration)
    }


def declared_kinds(environment: str) -> set[str]:
    return kinds_of(read_mapping((HOME / f"{environment}.yaml").read_text()))


def live_kinds(topology: str, egress: str, changes: Mapping[str, Any]) -> set[str]:
    text = LIVE.read_text().replace("HOST_KEY", HOST_KEY).replace("VPC_CIDR", "10.9.0.0/16")
    keys = read_mapping(text)
    return kinds_of({**keys, "topology": topology, "network": keys["network"] | {"egress": egress}, **changes})


@pytest.mark.feature("H10")
def test_every_flow_of_the_environments_is_recorded_or_has_a_reason() -> None:
    """A flow that is new needs a new record (make flows) or a reason (local/flows/reasons.py)."""
    variants = [live_kinds(*variant) for variant in VARIANTS]
    declared = set().union(*map(declared_kinds, ("dev", "staging", "prod")), *variants)
    recorded = {item.kind for item in record.kept() if item.failed}
    new = {kind for kind in declared - recorded if not any(fnmatchcase(kind, pattern) for pattern in REASONS)}
    assert len(declared) > 20
    assert not new, f"not in docs/flows.yaml: {sorted(new)}. Fix: make flows"


@pytest.mark.feature("H10")
def test_every_reason_explains_a_flow() -> None:
    explained = {item.kind for item in record.kept() if not item.observed}
    explained |= declared_kinds("staging").union(*(live_kinds(*variant) for variant in VARIANTS))
    assert [pattern for pattern in REASONS if not any(fnmatchcase(kind, pattern) for kind in explained)] == []


@pytest.mark.feature("H10")
def test_page_shows_the_record_and_every_flow_that_nothing_missed_has_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--check"]) == 0, capsys.readouterr().out
    assert PAGE.read_text() == page(record.kept())


@pytest.mark.feature("H10")
def test_flow_that_nothing_missed_is_named_unless_it_has_a_reason() -> None:
    unmissed = trial().with_result(TOPOLOGY, "")
    (problem,) = unexplained([unmissed])
    assert problem.startswith("scheduler -> broker tcp/6379: nothing fails without it. Fix: ")
    assert "no failure observed: **no reason**" in page([unmissed])
    missed = unmissed.with_result("local_executor", "Airflow tasks do not succeed")
    assert unexplained([missed, trial("clients", "load-balancer", "tcp/80").with_result(TOPOLOGY, "")]) == []
    assert f"Topologies that were run: {TOPOLOGY}; local_executor. 1 flows" in page([missed])


@pytest.mark.feature("H10")
def test_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "flows.yaml"
    assert record.kept(path=file) == []
    trials = [trial("worker-heavy").with_result(TOPOLOGY, "Airflow tasks do not succeed"), trial()]
    record.keep(trials, path=file)
    found = record.kept(path=file)
    assert [(item.name, item.why, item.failed) for item in found] == [
        (item.name, item.why, item.failed) for item in sorted(trials)
    ]


@pytest.mark.feature("H10")
@pytest.mark.parametrize("text", ["{", "1", "[1]", "- {from: a}"])
def test_file_that_is_not_a_record_is_named_with_a_fix(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flows.yaml"
    file.write_text(text)
    monkeypatch.setattr(command, "kept", lambda: record.kept(path=file))
    assert command.main(["--check"]) == 2
    assert f"{file}: not a record of flows" in capsys.readouterr().err


class Environment:
    """An environment in which something fails without the flow of ``needs``, and for ``broken`` in any case."""

    def __init__(self, *, needs: str, broken: str = "") -> None:
        self.needs, self.broken, self.is_removed = needs, broken, False

    def check(self, sources: Sequence[str]) -> dict[str, str]:
        failing = {self.broken, self.needs if self.is_removed else ""}
        return {source: "it fails" if source in failing else "" for source in sources}

    @contextmanager
    def removed(self) -> Iterator[None]:
        self.is_removed = True
        yield
        self.is_removed = False


@pytest.mark.feature("H10")
def test_what_fails_only_without_the_flow_is_a_failure() -> None:
    environment = Environment(needs="a")
    found = failures(environment.check, ["a", "b"], removed=environment.removed(), seconds=0)
    assert found == {"a": "it fails", "b": ""}


@pytest.mark.feature("H10")
def test_what_fails_with_the_flow_too_is_not_recorded() -> None:
    environment = Environment(needs="a", broken="b")
    with pytest.raises(StillFailing, match="b: it fails, also after the flow has been restored"):
        failures(environment.check, ["a", "b"], removed=environment.removed(), seconds=0)
