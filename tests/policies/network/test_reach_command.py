"""The command that lists the possible connections and explains one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.network.reach_command import main

from tests.synthesis import deployed


@pytest.fixture(scope="module")
def files() -> list[str]:
    return [
        str(file) for file in deployed(network={"egress": "single_nat"}).files.values() if "bootstrap" not in str(file)
    ]


@pytest.mark.feature("N4")
def test_list_of_possible_connections_matches_the_declared_flows(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files) == 0
    text = capsys.readouterr().out
    assert "declared = possible" in text
    assert any(row.split()[:4] == ["scheduler", "->", "metadata-database", "tcp/5432"] for row in text.splitlines())


@pytest.mark.feature("P1")
@pytest.mark.parametrize(
    ("question", "code", "words"),
    [
        ("scheduler metadata-database 5432", 0, ["open", "reply, egress of aws_network_acl", "route: local"]),
        ("scheduler internet 443", 0, ["NAT gateway by aws_route"]),
        ("internet metadata-database 5432", 1, ["closed", "STOP", "no route"]),
        ("triggerer broker 6379", 1, ["STOP  egress of aws_security_group.triggerer", "no rule allows tcp/6379"]),
        ("203.0.113.7/32 api-server 8080", 1, ["STOP"]),
        ("scheduler s3 443", 0, ["gateway endpoint by aws_vpc_endpoint"]),
    ],
)
def test_connection_is_explained_rule_by_rule(
    files: list[str], capsys: pytest.CaptureFixture[str], question: str, code: int, words: list[str]
) -> None:
    source, destination, port = question.split()
    assert main([*files, "--from", source, "--to", destination, "--port", port]) == code
    text = capsys.readouterr().out
    assert [word for word in words if word not in text] == []


@pytest.mark.feature("P1")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--from", "nobody", "--to", "scheduler", "--port", "1"],
            "'nobody' is not an endpoint; endpoints are",
        ),
        (["--from", "scheduler"], "--from and --to must be given together"),
        (["--from", "scheduler", "--to", "internet"], "--port is missing"),
        (["--from", "internet", "--to", "internet", "--port", "1"], "both outside"),
        (["--from", "scheduler", "--to", "internet", "--port", "1", "--protocol", "ftp"], "ftp"),
    ],
)
def test_invalid_arguments_are_reported_in_one_line(
    files: list[str], capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main([*files, *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.feature("P1")
def test_unreadable_input_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dev-foundation").mkdir()
    assert main([str(tmp_path / "nowhere-foundation")]) == 2
    fix = f"nowhere-foundation: No such file or directory. Fix: name one that exists; {tmp_path} has dev-foundation\n"
    assert capsys.readouterr().err.endswith(fix)
    assert main([str(tmp_path / "dev-foundation")]) == 2
    assert "Fix: name a folder that has some" in capsys.readouterr().err
    broken = tmp_path / "cdk.tf.json"
    broken.write_text('{"resource": {')
    assert main([str(broken)]) == 2
    assert "not JSON" in capsys.readouterr().err
