"""One request that AWS rejects: the registry of the rows, and calls that several rows share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from terraform_harness.emulator.validation import QUOTAS

REGION = "eu-central-1"
Client = Callable[[str], Any]
ROLE = {"AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": []})}


@dataclass(frozen=True)
class Row:
    name: str
    code: str
    text: str
    call: Callable[[Client], Any]
    quotas: dict[str, int | None]


ROWS: list[Row] = []


def row(name: str, code: str, text: str = "", **quotas: int | None) -> Callable[..., Any]:
    def register(call: Callable[[Client], Any]) -> Callable[[Client], Any]:
        ROWS.append(Row(name, code, text, call, quotas))
        return call

    return register


def quota(name: str, limit: int | None = None) -> Callable[..., Any]:
    """A row whose call exceeds a quota: the default, or ``limit`` where the default takes many calls."""
    used = QUOTAS[name].limit if limit is None else limit
    return row(name, QUOTAS[name].code, f"the quota '{name}' is {used} ", **({} if limit is None else {name: limit}))


def vpc(aws: Client) -> str:
    return str(aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def group(aws: Client, name: str = "g", **given: Any) -> str:
    return str(aws("ec2").create_security_group(**{"GroupName": name, "Description": "d"} | given)["GroupId"])


def subnet(aws: Client, vpc_id: str, number: int = 0) -> str:
    return str(
        aws("ec2").create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}a")[
            "Subnet"
        ]["SubnetId"]
    )


def permission(**sources: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, **sources}]


def ranges(count: int) -> list[dict[str, str]]:
    return [{"CidrIp": f"10.1.{number}.0/24"} for number in range(count)]


def task(**given: Any) -> dict[str, Any]:
    return {"family": "f", "containerDefinitions": [{"name": "a", "image": "a", "memory": 128}]} | given


def network(**given: Any) -> dict[str, Any]:
    return {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"], **given}}}


def namespace(aws: Client) -> str:
    aws("servicediscovery").create_http_namespace(Name="n")
    return str(aws("servicediscovery").list_namespaces()["Namespaces"][0]["Id"])


def endpoint(aws: Client, vpc_id: str, **given: Any) -> None:
    service = f"com.amazonaws.{REGION}.ecr.api"
    aws("ec2").create_vpc_endpoint(**{"VpcId": vpc_id, "VpcEndpointType": "Interface", "ServiceName": service} | given)


def resolving_vpc(aws: Client) -> str:
    vpc_id = vpc(aws)
    aws("ec2").modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    return vpc_id
