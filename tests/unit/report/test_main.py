"""The command: what it writes, and one clear message for each kind of bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from report.__main__ import main
from report.cost.free_types import FREE
from report.cost.readers import READERS
from report.source import Source
from tests.unit.report.conftest import Folders

PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {}},
    "configuration": {"root_module": {}},
    "resource_changes": [
        {
            "address": "aws_db_instance.database",
            "mode": "managed",
            "type": "aws_db_instance",
            "change": {"actions": ["delete", "create"], "before": {"port": 5432}, "after": {"port": 5433}},
        }
    ],
}


def written(file: Path, document: object) -> Path:
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


@pytest.mark.feature("O6")
def test_report_is_one_file_whose_path_and_next_command_are_printed(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dev.html"
    assert main(["dev", *folders.options, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert str(out) in printed
    assert "\nNext: " in printed
    assert [file.name for file in tmp_path.iterdir()] == ["dev.html"]


@pytest.mark.feature("O4", "O6")
def test_plan_is_reported_as_page_and_as_markdown(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = written(tmp_path / "dev-foundation.json", PLAN)
    state = written(tmp_path / "state.json", {"format_version": "1.0", "values": {"root_module": {}}})
    out, comment = tmp_path / "dev.html", tmp_path / "comment.md"
    given = ["--plan", str(plan), "--state", f"dev-airflow={state}", "--out", str(out), "--markdown", str(comment)]
    assert main(["dev", *folders.options, *given]) == 0, capsys.readouterr().err
    assert "Next: make deploy ENV=dev" in capsys.readouterr().out
    assert comment.read_text().startswith("## Plan of `dev`\n")
    assert "### Data (1)" in comment.read_text()
    assert "Monthly cost: about " in comment.read_text()
    assert "aws_db_instance.database would be replaced" in comment.read_text()
    page = out.read_text()
    assert "What this plan changes" in page
    assert "Applied: dev-airflow" in page


@pytest.mark.feature("O4")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (None, " The environment is new.\n"),
        ({}, " The cost does not change.\n"),
        ({"environments": False}, " USD more than before.\n"),
    ],
    ids=["new", "same", "hibernated-before"],
)
def test_comment_has_the_difference_in_cost(
    folders: Folders, tmp_path: Path, change: dict[str, Any] | None, expected: str
) -> None:
    before, comment = tmp_path / "before", tmp_path / "comment.md"
    (before / "environments").mkdir(parents=True)
    if change is not None:
        text = (folders.environments / "dev.yaml").read_text()
        text += "hibernation: {stop: 0 20 * * *, start: 0 7 * * *}\n" if change else ""
        (before / "environments" / "dev.yaml").write_text(text)
        (before / "cdktf.out").mkdir()
        (before / "cdktf.out/stacks").symlink_to(folders.stacks)
    given = ["--before", str(before), "--out", str(tmp_path / "dev.html"), "--markdown", str(comment)]
    assert main(["dev", *folders.options, *given]) == 0
    assert expected in comment.read_text()


@pytest.mark.feature("O6")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "'nowhere' is not an environment; "),
        ("/", "'/' is a folder, not the name of an environment; "),
        ("a\x1b[31mb", "'a\\x1b[31mb' is not an environment; "),
    ],
)
def test_what_is_not_an_environment_is_named_with_the_environments(
    folders: Folders, name: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, *folders.options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.endswith(" has dev. Fix: make report ENV=dev\n")


@pytest.mark.feature("O6")
def test_environment_that_was_not_synthesized_names_the_command(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dev", "--environments", str(folders.environments), "--stacks", str(tmp_path)]) == 2
    assert "no Terraform JSON of environment 'dev'. Fix: make synth" in capsys.readouterr().err


@pytest.mark.feature("O6")
@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({**PLAN, "format_version": "2.0"}, "format_version '2.0' is not supported, only 1.x. Fix: "),
        ({"format_version": "1.2"}, "is not a plan. Fix: make it with terraform show -json"),
        ([], "is not a plan. Fix: make it with terraform show -json"),
        ("text", "is not a plan. Fix: make it with terraform show -json"),
    ],
)
def test_plan_that_cannot_be_read_is_rejected_and_nothing_is_written(
    folders: Folders, tmp_path: Path, document: object, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = written(tmp_path / "plan.json", document)
    out = tmp_path / "out" / "dev.html"
    assert main(["dev", *folders.options, "--plan", f"dev-airflow={plan}", "--out", str(out)]) == 2
    assert f"{plan}: {message}" in capsys.readouterr().err
    assert not out.parent.exists()


@pytest.mark.feature("O6")
def test_plan_without_its_stack_names_the_stacks(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = written(tmp_path / "plan.json", PLAN)
    assert main(["dev", *folders.options, "--plan", str(plan)]) == 2
    assert f"stacks are dev-foundation, dev-airflow. Fix: PLAN=dev-airflow={plan}" in capsys.readouterr().err


@pytest.mark.feature("O6")
@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ({"speed": 1}, "unknown key 'speed'. Fix: use busy_share, "),
        ({"busy_share": 2}, "busy_share: must be 0 to 1, got 2. Fix: "),
        ({"tasks": {"worker-default": -1}}, "tasks: must be an object of numbers by service, got "),
        ({"log_gb": True}, "log_gb: must be a number of at least 0, got True. Fix: "),
        ([], "must be a JSON object. Fix: "),
    ],
)
def test_invalid_profile_names_the_key_and_the_allowed_values(
    folders: Folders, tmp_path: Path, profile: object, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "usage.json", profile)
    assert main(["dev", *folders.options, "--profile", str(file)]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.feature("O6")
@pytest.mark.parametrize("option", ["--profile", "--plan"])
def test_missing_file_has_one_fix(folders: Folders, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = folders.environments / "lost.json"
    assert main(["dev", *folders.options, option, f"dev-airflow={file}" if option == "--plan" else str(file)]) == 2
    message = capsys.readouterr().err
    assert f"{file}: No such file or directory. Fix: name one that exists" in message
    assert message.count("Fix: ") == 1


@pytest.mark.feature("O6")
def test_report_that_cannot_be_written_names_the_file(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dev", *folders.options, "--out", "/dev/null/report.html"]) == 2
    assert "Fix: name a file in a writable folder" in capsys.readouterr().err


@pytest.mark.feature("O6")
def test_ten_thousand_resources_are_reported_without_picture_and_connections(folders: Folders, tmp_path: Path) -> None:
    stack = tmp_path / "stacks" / "dev-airflow"
    stack.mkdir(parents=True)
    services = {
        f"s{number}": {
            "name": f"s{number}",
            "network_configuration": {
                "security_groups": [f"${{aws_security_group.g{number}.id}}"],
                "subnets": ["${aws_subnet.s.id}"],
            },
        }
        for number in range(200)
    }
    resources = {
        "aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"s": {"vpc_id": "${aws_vpc.v.id}", "cidr_block": "10.0.0.0/24"}},
        "aws_security_group": {f"g{number}": {"vpc_id": "${aws_vpc.v.id}"} for number in range(200)},
        "aws_ecs_service": services,
        "aws_s3_bucket": {f"b{number}": {"bucket": f"b{number}"} for number in range(9_600)},
    }
    written(stack / "cdk.tf.json", {"resource": resources})
    out = tmp_path / "dev.html"
    assert main(["dev", *folders.options, "--stacks", str(stack.parent), "--out", str(out)]) == 0
    page = out.read_text()
    assert "10002 resources" in page
    assert "connections are computed for at most 60. Next: make reach" in page
    assert len(page) < 2_000_000


@pytest.mark.feature("O4")
def test_every_resource_type_of_an_environment_is_priced_or_free(source: Source) -> None:
    types = {item.type for item in source.configuration.resources.values() if not item.is_data}
    assert types - FREE - set(READERS) == set()
