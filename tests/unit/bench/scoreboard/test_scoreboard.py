"""The scoreboard reads corpora of four kinds, counts by label and by adjudicated label, and names bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from terraform_gate.finding import Verdict

from bench.scoreboard import adjudication, command, corpora, mapping, page, tools
from bench.scoreboard.case import Case, CorpusError, Source
from bench.scoreboard.page import Table
from bench.scoreboard.scoring import Scored, tally, verdict_of
from bench.scoreboard.tools import Run

SSH = (
    'resource "aws_security_group" "{}" {{\n  description = "d"\n  ingress {{\n    description = "ssh"\n'
    '    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n    cidr_blocks = ["{}"]\n  }}\n}}\n'
)
TEST = """
from checkov.terraform.checks.resource.aws.Ssh import check
class TestSsh:
    def test(self):
        folder = "/example_Ssh"
        passing_resources = {"aws_security_group.office"}
        failing_resources = {"aws_security_group.open"}
"""


def _written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def _checkov(root: Path) -> Path:
    graph = "tests/terraform/graph/checks/resources/Tls"
    return _written(
        root,
        {
            "COMMIT": "0123456789abcdef\n",
            "tests/terraform/checks/resource/aws/test_Ssh.py": TEST,
            "tests/terraform/checks/resource/aws/example_Ssh/main.tf": SSH.format("office", "192.0.2.0/24")
            + SSH.format("open", "0.0.0.0/0"),
            "checkov/terraform/checks/resource/aws/Ssh.py": 'id = "CKV_AWS_24"\n',
            "checkov/terraform/checks/graph_checks/aws/Tls.yaml": "metadata: {id: CKV_AWS_103}\n",
            f"{graph}/expected.yaml": "pass: [aws_lb_listener.new]\nfail: [aws_lb_listener.old]\n",
            f"{graph}/main.tf": "",
        },
    )


def _trivy(root: Path) -> Path:
    return _written(
        root,
        {
            "checks/cloud/aws/ec2/ssh.rego": "# custom:\n#   id: AWS-0107\n",
            "checks/cloud/aws/ec2/ssh.yaml": json.dumps({"terraform": {"good": ["# good"], "bad": ["# bad"]}}),
        },
    )


def _vulnerable(root: Path) -> Path:
    text = 'resource "aws_iam_policy" "p" {}\n'
    folder = "modules/free-resources"
    return _written(root, {f"{folder}/privesc-paths/one.tf": text, f"{folder}/tool-testing/fp1-two.tf": text})


def _paths(root: Path) -> Path:
    path = {"permissions": {"required": [{"permission": "iam:CreatePolicyVersion"}]}}
    return _written(root, {"data/paths/iam/iam-001.yaml": json.dumps(path)})


@pytest.mark.feature("P8")
@pytest.mark.parametrize(
    ("write", "expected"),
    [
        pytest.param(
            _checkov,
            {
                ("CKV_AWS_24", "aws_security_group.office", False),
                ("CKV_AWS_24", "aws_security_group.open", True),
                ("CKV_AWS_103", "aws_lb_listener.new", False),
                ("CKV_AWS_103", "aws_lb_listener.old", True),
            },
            id="checkov",
        ),
        pytest.param(_trivy, {("AWS-0107", "", False), ("AWS-0107", "", True)}, id="trivy-checks"),
        pytest.param(_vulnerable, {("escalation", "", True), ("escalation", "", False)}, id="iam-vulnerable"),
        pytest.param(_paths, {("escalation", "", True)}, id="pathfinding.cloud"),
    ],
)
def test_labels_of_a_corpus_are_read(
    tmp_path: Path, write: Callable[[Path], Path], expected: set[tuple[str, str, bool]]
) -> None:
    root = write(tmp_path)
    cases = list(corpora.corpus_of(root).read(root))
    assert {(case.check, case.address, case.is_bad) for case in cases} == expected
    assert {case.check for case in cases} <= mapping.topics().keys()


@pytest.mark.feature("P8")
def test_only_terraform_of_a_corpus_is_written(tmp_path: Path) -> None:
    root = _checkov(tmp_path / "checkov")
    (root / "tests/terraform/checks/resource/aws/example_Ssh/run.py").write_text("raise SystemExit\n")
    corpora.write_tree(list(corpora.corpus_of(root).read(root)), tmp_path / "tree")
    assert [file.name for file in (tmp_path / "tree/checkov/resource-example_Ssh").iterdir()] == ["main.tf"]


@pytest.mark.feature("P8")
def test_folder_that_is_no_corpus_is_named_with_what_was_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(command.typer.Exit) as exit_:
        command.main([tmp_path])
    message = capsys.readouterr().err
    assert exit_.value.exit_code == 2
    assert f"{tmp_path}: is not a corpus" in message
    assert "trivy-checks (has checks/cloud/aws)" in message
    assert "Fix:" in message


@pytest.mark.feature("P8")
def test_path_without_permissions_is_named(tmp_path: Path) -> None:
    root = _written(tmp_path, {"data/paths/iam/iam-001.yaml": "permissions: {}\n"})
    with pytest.raises(CorpusError, match=r"iam-001\.yaml: permissions\.required"):
        list(corpora.corpus_of(root).read(root))


@pytest.mark.feature("P8")
def test_gate_is_scored_on_its_own_and_checkovs_rules(tmp_path: Path) -> None:
    root = _checkov(tmp_path / "checkov")
    cases = [case for case in corpora.corpus_of(root).read(root) if case.check == "CKV_AWS_24"]
    corpora.write_tree(cases, tmp_path / "tree")
    names = [corpora.folder_of(cases[0])]
    run = tools.run_gate(tmp_path / "tree", names)
    near = tools.neighbours(tmp_path / "tree", names)
    topic = mapping.topics()["CKV_AWS_24"]
    verdicts = {case.address: verdict_of(case, topic, run, near) for case in cases}
    assert verdicts == {"aws_security_group.office": Verdict.PASS, "aws_security_group.open": Verdict.FAIL}
    assert {"AF_SG_1", "CKV_AWS_24"} <= run.found[names[0]].keys()


def _case(address: str = "", *, is_bad: bool = True) -> Case:
    return Case("trivy-checks", Source("one"), "AWS-0107", address, is_bad)


@pytest.mark.feature("P8")
def test_verdict_on_the_resource_precedes_verdicts_on_its_neighbours() -> None:
    run, topic = Run("trivy"), mapping.topics()["AWS-0107"]
    near = {"trivy-checks/one": {"aws_security_group.a": {"aws_security_group_rule.a"}}}
    run.add("trivy-checks/one", "AWS-0107", "aws_security_group_rule.a", Verdict.FAIL)
    assert verdict_of(_case("aws_security_group.a"), topic, run, near) is Verdict.FAIL
    run.add("trivy-checks/one", "AWS-0107", "aws_security_group.a", Verdict.PASS)
    assert verdict_of(_case("aws_security_group.a"), topic, run, near) is Verdict.PASS


@pytest.mark.feature("P8")
def test_instances_of_a_resource_have_separate_verdicts() -> None:
    run, topic = Run("trivy"), mapping.topics()["AWS-0107"]
    run.add("trivy-checks/one", "AWS-0107", 'aws_security_group.a["x"]', Verdict.FAIL)
    run.add("trivy-checks/one", "AWS-0107", 'aws_security_group.a["y"]', Verdict.PASS)
    assert verdict_of(_case('aws_security_group.a["y"]'), topic, run, {}) is Verdict.PASS
    assert verdict_of(_case("aws_security_group.a"), topic, run, {}) is Verdict.FAIL


@pytest.mark.feature("P8")
def test_nothing_found_in_an_unreadable_folder_is_unknown() -> None:
    run = Run("trivy", unread={"trivy-checks/one"})
    assert verdict_of(_case(), mapping.topics()["AWS-0107"], run, {}) is Verdict.UNKNOWN


@pytest.mark.feature("P8")
def test_adjudication_changes_and_leaves_out_labels(tmp_path: Path) -> None:
    file = _written(
        tmp_path,
        {
            "a.yaml": "- {cases: ['trivy-checks/one AWS-0107 bad'], label: good, reason: r}\n"
            "- {cases: ['trivy-checks/one * good'], label: left out, reason: r}\n"
            "- {cases: [checkov/x], label: bad, reason: r}\n"
        },
    )
    listed = adjudication.decisions(file / "a.yaml")
    cases = [_case(), _case(is_bad=False)]
    assert [adjudication.label_of(case, listed) for case in cases] == [False, None]
    assert adjudication.unused(listed, cases, ["trivy-checks"]) == []
    assert adjudication.unused(listed, cases, ["trivy-checks", "checkov"]) == ["checkov/x"]


@pytest.mark.feature("P8")
def test_adjudication_without_a_reason_is_rejected(tmp_path: Path) -> None:
    file = _written(tmp_path, {"a.yaml": "- {cases: [x], label: good, reason: ''}\n"}) / "a.yaml"
    with pytest.raises(CorpusError, match=r"entry 1: Fix: give cases, a reason"):
        adjudication.decisions(file)


@pytest.mark.feature("P8")
def test_check_in_two_topics_is_rejected(tmp_path: Path) -> None:
    file = _written(tmp_path, {"m.yaml": "f: {a: {trivy: [AWS-1]}, b: {trivy: [AWS-1]}}\n"}) / "m.yaml"
    with pytest.raises(CorpusError, match="AWS-1 is in two topics"):
        mapping.topics(file)


@pytest.mark.feature("P8")
def test_table_has_raw_and_adjudicated_rates(tmp_path: Path) -> None:
    topic = mapping.topics()["AWS-0107"]
    scored = [
        Scored(_case(), topic, is_bad=True, verdicts={"trivy": Verdict.FAIL}),
        Scored(_case(), topic, is_bad=False, verdicts={"trivy": Verdict.PASS}),
        Scored(_case(is_bad=False), topic, is_bad=None, verdicts={"trivy": Verdict.UNKNOWN}),
    ]
    assert tally(scored, "trivy", adjudicated=False).recall == 0.5
    target = tmp_path / "page.md"
    target.write_text(f"before\n{page.START}old\n{page.END}after\n")
    page.write(Table("2026-01-02", {"trivy-checks": "abc"}, scored, [Run("trivy", "0.61", seconds=2)]), target)
    text = target.read_text()
    assert "| all | 1 bad, 1 good | 100.0% found, 0.0% false alarms, 0.0% unknown |" in text
    assert "| all | 2 bad, 1 good | 50.0% found, 0.0% false alarms, 33.3% unknown |" in text
    assert "trivy 0.61 in 2 s. Corpora: trivy-checks abc." in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
