"""Expected cost compared with Cost Explorer; an unknown cost is reported as unknown, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.stub import Stubber
from terraform_harness.tools import require

from operations import cost, cost_screen
from operations.account import Account
from operations.synthesis import CloudState, Synthesis, synthesis
from report.cost.prices import price_list
from tests.unit.environments.cases import SMALLEST, TWO_TEAMS
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.cloud_resources import CLIENTS, SESSION
from tests.unit.operations.command_line import run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Synthesis]]:
    """The file of a small environment, and its stacks."""
    require("node")
    file = tmp_path_factory.mktemp("cost") / "dev.yaml"
    file.write_text(yaml.safe_dump(SMALLEST))
    with synthesis(file, state=CloudState()) as found:
        yield file, found


@pytest.fixture
def file(made: tuple[Path, Synthesis], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file; it is not synthesized again."""

    @contextmanager
    def once(_file: Path, *, state: CloudState) -> Iterator[Synthesis]:
        assert state == CloudState()
        yield made[1]

    monkeypatch.setattr(cost, "synthesis", once)
    return made[0]


def months(*amounts: tuple[str, str]) -> list[dict[str, Any]]:
    groups = [{"Keys": [name], "Metrics": {"UnblendedCost": {"Amount": usd, "Unit": "USD"}}} for name, usd in amounts]
    return [{"TimePeriod": {"Start": "2026-10-29", "End": "2026-11-01"}, "Total": {}, "Groups": groups}]


@pytest.fixture
def explorer(empty_account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Cost Explorer, which moto does not calculate."""
    client = SESSION.client("ce")
    monkeypatch.setitem(CLIENTS, "ce", client)
    with Stubber(client) as stub:
        yield stub


@pytest.mark.feature("O4", "O8")
def test_expected_cost_is_listed_by_key_and_by_resource(file: Path) -> None:
    code, out, err = run(file.parent, "cost", "dev")
    assert code == 0
    found = json.loads(run(file.parent, "cost", "dev", "--json")[1])
    assert f"dev: about {found['expected']:,.2f} USD a month expected" in out
    assert f"{found['by_key']['database']:>10,.2f}  database\n" in out
    assert f"{found['by_resource']['aws_db_instance.database']:>10,.2f}  aws_db_instance.database\n" in out
    for part in ("by_key", "by_resource"):
        assert sum(found[part].values()) == pytest.approx(found["expected"], abs=0.5)
    assert "assumed: " in out
    assert err.splitlines()[-1].startswith("Next: make report ENV=dev")


@pytest.mark.feature("O4", "O8")
def test_cost_without_credentials_reports_the_reason_and_the_expected_cost(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    code, out, _ = run(file.parent, "cost", "dev")
    assert code == 0
    assert "known: no usable AWS credentials: Unable to locate credentials. Fix: log in (aws sso login)" in out


@pytest.mark.feature("O4", "O8")
def test_region_without_prices_has_no_guessed_cost(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "price_list", lambda region: price_list(region, folder=tmp_path))
    found = cost.expected(file)
    assert (found["expected"], set(found["by_key"].values())) == (None, {None})
    code, out, _ = run(file.parent, "cost", "dev")
    assert code == 0
    assert "dev: the expected cost is not known: there is no price file for eu-central-1. Fix: copy " in out
    assert " USD a month" not in out


@pytest.mark.feature("O4", "O8")
def test_known_cost_is_the_sum_of_all_months_and_pages_by_service(empty_account: Account, explorer: Stubber) -> None:
    pages: list[dict[str, Any]] = [
        {"ResultsByTime": months(("Amazon RDS", "10.5")), "NextPageToken": "more"},
        {"ResultsByTime": [*months(("Amazon RDS", "0.25")), *months(("Amazon VPC", "37.001"))]},
    ]
    for page in pages:
        explorer.add_response("get_cost_and_usage", page)
    found = cost.known(empty_account)
    assert list(found["by_service"].items()) == [("Amazon VPC", 37.0), ("Amazon RDS", 10.75)]
    assert found["total"] == 47.75
    explorer.assert_no_pending_responses()


@pytest.mark.feature("O4", "O8")
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", "AWS denies GetCostAndUsage: because. Fix: allow arn:aws:sts::123456789012:"),
        ("DataUnavailableException", "Cost Explorer has no data yet. Fix: activate airflow-fargate:environment as a "),
        ("LimitExceededException", "AWS rejects GetCostAndUsage: LimitExceededException: because"),
        ("", "Cost Explorer has no cost with the tag airflow-fargate:environment. Fix: activate "),
    ],
    ids=["denied", "unavailable", "limit", "tag"],
)
def test_missing_actual_cost_is_reported_with_the_reason(
    empty_account: Account, explorer: Stubber, code: str, expected: str
) -> None:
    if code:
        explorer.add_client_error("get_cost_and_usage", code, "because")
    else:
        explorer.add_response("get_cost_and_usage", {"ResultsByTime": months()})
    assert cost.known(empty_account)["problem"].startswith(expected)


@pytest.mark.feature("O4", "T9")
def test_cost_of_a_team_is_that_of_its_worker_groups() -> None:
    environment = Cloud.environment(**TWO_TEAMS)
    by_key = {"workers[default]": 50.0, "workers[sales]": 20.004, "workers[ops]": None, "database": 100.0}
    found = cost.by_team(by_key, environment)
    assert found == {"sales": 20.0, "ops": None}
    nothing = {"problem": None, "environment": "dev", "expected": 1.0, "region": "r", "prices": "d", "by_key": {}}
    rest = {"by_resource": {}, "assumptions": [], "without_price": [], "unconfirmed_prices": []}
    shown = list(cost_screen.lines({**nothing, **rest, "by_team": found, "known": {"problem": "-"}}, file="dev.yaml"))
    assert shown[shown.index("workers by team:") + 1 :][:2] == ["       20.00  sales", "     unknown  ops"]


@pytest.mark.feature("O4")
def test_invalid_profile_is_named(file: Path, tmp_path: Path) -> None:
    (tmp_path / "usage.json").write_text('{"speed": 1}')
    code, out, err = run(file.parent, "cost", "dev", "--profile", str(tmp_path / "usage.json"))
    assert (code, out) == (2, "")
    assert "usage.json: unknown key 'speed'. Fix: use busy_share" in err
