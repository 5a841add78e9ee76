"""An environment that signs people in at the load balancer, and requests through the fake of it."""

from __future__ import annotations

import ssl
import urllib.request
from typing import Any

import pytest
import requests
from moto import mock_aws

from environments.load import from_data
from operations import load_balancer_sign_on
from operations.parameters import Parameters
from tests import listener_rules
from tests.image.fake_load_balancer import FakeLoadBalancer
from tests.image.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.image.sign_on_platform import Platform
from tests.synthesis import deployed_data
from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.cloud_resources import CLIENTS

DATA = changed(
    SMALLEST,
    {
        "load_balancer": {
            "domain_name": "airflow.example.com",
            "scheme": "internet-facing",
            "allowed_cidrs": ["203.0.113.0/24"],
        },
        "auth": {
            "mode": "alb_oidc",
            "issuer": "https://login.example",
            "client_id": CLIENT_ID,
            "default_role": "Viewer",
            "session_minutes": 60,
        },
    },
)


def set_up(balancer: FakeLoadBalancer, issuer: IdentityProvider) -> list[dict[str, Any]]:
    """Give ``balancer`` the rules and their actions; returns the rules before the actions were set."""
    environment = from_data(DATA, source="test")
    # The model accepts port 443 only.
    auth = environment.auth.model_copy(update={"issuer": issuer.issuer})
    account = Cloud.account_of(environment.model_copy(update={"auth": auth}))
    trusted = ssl.create_default_context(cafile=balancer.authority)

    def read(where: str) -> bytes:
        with urllib.request.urlopen(where, context=trusted, timeout=30) as answer:  # noqa: S310
            return bytes(answer.read())

    CLIENTS.pending = {}
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_balancer_sign_on, "_read", read)
        key = account.client("kms").create_key()["KeyMetadata"]["KeyId"]
        account.client("kms").create_alias(AliasName=account.names.secrets_key, TargetKeyId=key)
        Parameters(account).write("oidc-client-secret", CLIENT_SECRET, purpose="test")
        listener = listener_rules.create(account, deployed_data(DATA))
        before = listener_rules.rules(account, listener)
        load_balancer_sign_on.set_up(account)
        balancer.rules = listener_rules.rules(account, listener)
        (described,) = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
        balancer.arn = described["LoadBalancerArn"]
    return before


def through(platform: Platform, method: str, path: str, **options: Any) -> requests.Response:
    """A request through the load balancer."""
    name, port = platform.proxy.address.removeprefix("https://").split(":")
    options["headers"] = {**options.get("headers", {}), "Host": f"{name}:{port}"}
    where = f"https://{platform.services.gateway}:{port}{path}"
    options["verify"] = False  # the certificate is for the name
    return requests.request(method, where, timeout=60, allow_redirects=False, **options)
