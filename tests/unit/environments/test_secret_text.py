"""Messages mask secrets, and nothing else."""

from __future__ import annotations

import pytest

from environments.secret_text import is_secret, masked

SECRETS = {
    "private key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIEcanary\n-----END RSA PRIVATE KEY-----", "canary"),
    "private key that is cut off": ("-----BEGIN OPENSSH PRIVATE KEY-----\\nb3Blcanary", "canary"),
    "access key": ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    "secret access key": ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "K7MDENG"),
    "token of GitHub": ("ghp_canaryCANARY0123456789canary", "canary"),
    "token of GitLab": ("glpat-canary_CANARY-0123", "canary"),
    "token of Slack": ("xoxb-1234567890-canary", "canary"),
    "webhook of Slack": ("https://hooks.slack.com/services/T0/B0/canary", "canary"),
    "JSON web token": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary", "canary"),
    "Bearer token": ("Authorization: Bearer canary0123", "canary"),
    "password in a URL": ("https://me:canary@example.com/x", "canary"),
    "password with a slash and an at sign": ("redis://:can/ary@canary2@example.com:6379/0", "ary"),
    "password of scp syntax": ("git:canary@example.com:dags.git", "canary"),
    "parameter of a URL": ("https://example.com/x?access_token=canary", "canary"),
    "parameter of a URL with a hyphen": ("https://example.com/x?api-key=canary", "canary"),
    "header": ("X-Api-Key: canary", "canary"),
    "JSON": ('{"api_key": "canary"}', "canary"),
    "assignment": ("password=canary", "canary"),
    "hexadecimal token": ("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "0f1e"),
    "Fernet key": ("Zm9vYmFyYmF6cXV4-TRydDU2Nzg5MGFiY2RlZmdoaWo=", "Zm9vYmFy"),
}


@pytest.mark.feature("S2")
@pytest.mark.parametrize(("text", "part"), SECRETS.values(), ids=SECRETS)
def test_secret_is_masked_inside_other_text(text: str, part: str) -> None:
    shown = masked(f"must be text, got {text!r} for it")
    assert part not in shown
    assert shown.startswith("must be text, got ")
    assert "***" in shown


@pytest.mark.feature("S2")
@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:acm:eu-central-1:111111111111:certificate/3b1c0d2e-4f5a-4b6c-8d7e-9f0a1b2c3d4e",
        "one of ELBSecurityPolicy-TLS13-1-2-2021-06 or ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
        "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT",
        "vpc-0123456789abcdef0, subnet-0123456789abcdef0, rtb-0123456789abcdef0",
        "git@github.com:example/dags.git",
        "airflow.secrets_backend: must be true or false",
        "airflow-production-access-logs-111111111111",
        "line 3: line 1 already sets the key 'name'. Fix: keep one of them",
    ],
)
def test_ordinary_text_is_shown(text: str) -> None:
    assert masked(text) == text


@pytest.mark.feature("S2")
@pytest.mark.parametrize(
    "name",
    ["SMTP_PASS", "SMTP_PASSWORD", "APIKEY", "API_KEY", "ACCESS_TOKEN", "WEBHOOK_URL", "SECRET_KEY", "CREDENTIALS"],
)
def test_option_with_the_name_of_a_secret_holds_one(name: str) -> None:
    assert is_secret(f"AIRFLOW__EXAMPLE__{name}", "x")


@pytest.mark.parametrize("name", ["BYPASS", "PASSES", "TOKENIZER", "MAX_TOKENS", "KEYS", "SECRETS_BACKEND"])
def test_other_options_hold_none(name: str) -> None:
    assert not is_secret(f"AIRFLOW__EXAMPLE__{name}", "x")
