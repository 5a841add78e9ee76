"""AF_SECRET_4 follows secrets through variables, locals and modules, and knows values that are no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.reading.inputs import read
from terraform_gate.rules.secrets.in_text import rule


def _findings(folder: Path, text: str, **modules: str) -> dict[str, str]:
    """Write HCL and return the verdicts and messages that are no pass, by address."""
    (folder / "main.tf").write_text(text)
    for name, content in modules.items():
        (folder / name).mkdir()
        (folder / name / "main.tf").write_text(content)
    (configuration,) = read([folder]).configurations()
    return {
        finding.resource.address: f"{finding.verdict}: {finding.message}"
        for finding in rule.evaluate(configuration)
        if finding.verdict is not Verdict.PASS
    }


SENSITIVE = 'variable "password" {\n  sensitive = true\n  default = "x"\n}\n'


def _topic(value: str, *, name: str = "t") -> str:
    return f'resource "aws_sns_topic" "{name}" {{\n  tags = {{ Hint = {value} }}\n}}\n'


def _parameter(name: str) -> str:
    return f'data "aws_ssm_parameter" "ami" {{\n  name = "{name}"\n}}\n'


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "value",
    [
        "var.password",
        '"prefix-${var.password}"',
        "base64encode(var.password)",
        "local.settings.password",
        'local.settings["password"]',
        "jsonencode(local.settings)",
        "local.copy",
        "random_password.db.result",
        "data.aws_secretsmanager_secret_version.db.secret_string",
        "tls_private_key.ssh[0].private_key_pem",
        "nonsensitive(random_password.db.result)",
    ],
)
def test_secret_in_a_tag_is_found(value: str, tmp_path: Path) -> None:
    local = 'locals {\n  settings = { host = "db", password = var.password }\n  copy = local.settings.password\n}\n'
    found = _findings(tmp_path, SENSITIVE + local + _topic(value))
    assert found["aws_sns_topic.t"].startswith("fail: tags.Hint contains the secret")


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "value",
    [
        "local.settings.host",
        "sha256(var.password)",
        "length(var.password)",
        "nonsensitive(var.password)",
        "nonsensitive(data.aws_ssm_parameter.db_password.value)",
        "var.public",
        "aws_secretsmanager_secret.db.arn",
        "data.aws_ssm_parameter.ami.value",
        "data.aws_ssm_parameter.db_password.insecure_value",
        "ephemeral.aws_ssm_parameter.password.value",
        "var.passwords_url",
    ],
)
def test_value_that_is_no_secret_passes(value: str, tmp_path: Path) -> None:
    local = 'locals {\n  settings = { host = "db", password = var.password }\n}\n'
    variables = 'variable "public" {}\nvariable "passwords_url" {}\n'
    assert _findings(tmp_path, SENSITIVE + local + variables + _parameter("/aws/service/ami") + _topic(value)) == {}


@pytest.mark.feature("P5")
def test_parameter_of_unknown_type_is_unknown(tmp_path: Path) -> None:
    found = _findings(
        tmp_path, 'data "aws_ssm_parameter" "x" {\n  name = "/app/x"\n}\n' + _topic("data.aws_ssm_parameter.x.value")
    )
    assert found["aws_sns_topic.t"].startswith("unknown")
    assert "insecure_value" in found["aws_sns_topic.t"]


@pytest.mark.feature("P5")
def test_secret_is_followed_into_a_module_and_out_of_it(tmp_path: Path) -> None:
    calls = 'module "inner" {\n  source = "./inner"\n  key = var.password\n  label = "plain"\n}\n'
    inner = (
        'variable "key" {}\nvariable "label" {}\n'
        + _topic("var.key", name="bad")
        + _topic("var.label", name="good")
        + 'output "url" {\n  value = "redis://:${var.key}@broker"\n  sensitive = true\n}\n'
        + 'output "label" {\n  value = var.label\n}\n'
    )
    outside = _topic("module.inner.url", name="outside") + _topic("module.inner.label", name="harmless")
    found = _findings(tmp_path, SENSITIVE + calls + outside, inner=inner)
    assert set(found) == {"module.inner.aws_sns_topic.bad", "aws_sns_topic.outside"}


@pytest.mark.feature("P5")
def test_sensitive_output_is_found_because_the_state_contains_it(tmp_path: Path) -> None:
    output = 'output "password" {\n  value = var.password\n  sensitive = true\n}\noutput "host" {\n  value = "db"\n}\n'
    assert set(_findings(tmp_path, SENSITIVE + output)) == {"output.password"}


@pytest.mark.feature("P5")
def test_arguments_for_secrets_belong_to_other_rules(tmp_path: Path) -> None:
    body = 'resource "aws_db_instance" "d" {\n  password_wo = var.password\n  username = "airflow"\n}\n'
    assert _findings(tmp_path, SENSITIVE + body) == {}


@pytest.mark.feature("P5")
def test_modules_in_many_levels_are_followed_once_each(tmp_path: Path) -> None:
    """The work would double with each level if every round followed the called modules again."""
    levels = 18
    for level in range(levels):
        folder = tmp_path / "/".join(f"m{number}" for number in range(level + 1))
        folder.mkdir()
        call = f'module "next" {{\n  source = "./m{level + 1}"\n  key = var.key\n}}\n' if level < levels - 1 else ""
        value = "module.next.url" if call else "var.key"
        text = f'variable "key" {{}}\n{call}output "url" {{\n  value = {value}\n}}\n'
        (folder / "main.tf").write_text(text)
    call = 'module "m" {\n  source = "./m0"\n  key = var.password\n}\n'
    assert set(_findings(tmp_path, SENSITIVE + call + _topic("module.m.url"))) == {"aws_sns_topic.t"}
