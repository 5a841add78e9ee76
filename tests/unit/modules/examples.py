"""The names that examples in docstrings of constructs use, and a runner for the examples."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from cdktf import App
from constructs import Construct
from terraform_harness.assertions.template import Template

import modules.constructs
import modules.core
from environments.sections.state import State
from modules.core.connections import Connections, security_group
from modules.core.container import Secret
from modules.core.fargate_task import FargatePlatform
from modules.core.flows import Endpoint, Flows
from modules.core.grants import RoleSettings
from modules.core.network_reference import NetworkReference
from modules.core.stack import Stack

ACCOUNT, REGION = "111122223333", "eu-central-1"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/airflow-prod@sha256:" + 64 * "0"


def constructs() -> Iterator[type[Construct]]:
    """Yield every public construct of ``modules.constructs`` and ``modules.core``, except stacks."""
    for package in (modules.constructs, modules.core):
        for item in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield from _of_module(importlib.import_module(item.name))


def _of_module(module: ModuleType) -> Iterator[type[Construct]]:
    for name, member in vars(module).items():
        is_construct = inspect.isclass(member) and issubclass(member, Construct) and not issubclass(member, Stack)
        if is_construct and member.__module__ == module.__name__ and not name.startswith("_"):
            yield member


def run_example(documented: type, *, text: str | None = None) -> list[str]:
    """Run the example in the docstring of ``documented``, or in ``text``.

    Returns:
        One message for each line whose result differs, or one message if there is no example.
    """
    docstring = text or inspect.getdoc(documented) or ""
    names = dict(vars(inspect.getmodule(documented))) | dict(_names())
    test = doctest.DocTestParser().get_doctest(docstring, names, documented.__name__, None, None)
    if not any(example.want for example in test.examples):
        return [f"{documented.__name__} has no example with a result"]
    messages: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.FAIL_FAST).run(test, out=messages.append)
    return messages


def _names() -> Mapping[str, Any]:
    """Return the names that ``modules.constructs`` documents, around a new stack."""
    state = State(backend="local")
    stack = Stack(App(), "example", account_id=ACCOUNT, region=REGION, tags={}, state=state)
    flows = Flows()
    network = NetworkReference("vpc-01", "10.0.0.0/16", ["subnet-0a"], ["subnet-1a"], ["subnet-2a"], flows)
    roles = RoleSettings(account_id=ACCOUNT, region=REGION)
    return {
        "stack": stack,
        "resource": lambda address: Template(stack.to_terraform()).one(address).values,
        "flows": flows,
        "network": network,
        "roles": roles,
        "platform": _platform(roles),
        "key_arn": KEY_ARN,
        "secret": _secret,
        "connections": lambda name, port: _connections(Construct(stack, name), name, port, network),
    }


def _platform(roles: RoleSettings) -> FargatePlatform:
    return FargatePlatform(
        name="airflow-prod",
        cluster_arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/airflow-prod",
        domain="prod.airflow.internal",
        namespace_id="ns-01",
        image=IMAGE,
        repository=_Repository(),
        architecture="ARM64",
        region=REGION,
        log_path="/airflow/prod",
        roles=roles,
    )


class _Repository:
    def grant_pull(self, role: object) -> None:
        """Grant nothing: the examples show other permissions."""


def _secret(name: str) -> Secret:
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/airflow/prod/{name}"
    return Secret(name=name, arn=arn, key_arn=KEY_ARN, version="1")


def _connections(scope: Construct, name: str, port: int, network: NetworkReference) -> Connections:
    endpoint = Endpoint(name, "data")
    return security_group(scope, name=name, endpoint=endpoint, network=network, purpose=name, default_port=port)
