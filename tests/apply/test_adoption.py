"""Stores of an Airflow that runs already in the layout of docs/adoption.md, imported into the exported modules."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from terraform_harness.emulator import Emulator
from terraform_harness.terraform.run import Terraform
from terraform_harness.tools import require

from environments import load
from environments.load import HOME
from local.repository import ROOT
from modules.export import write
from tests.unit.docs.guide_blocks import blocks

REGION, ACCOUNT = "eu-central-1", "333333333333"
OLD = "example-airflow-prod"
PAGE = ROOT / "docs" / "adoption.md"
TEST = "test_import_blocks_keep_the_database_and_the_bucket"
MODULES = ("metadata-database", "private-bucket")
ADDRESSES = {
    "module.database.aws_db_subnet_group.subnets",
    "module.database.aws_db_instance.this",
    "module.bucket.aws_s3_bucket.this",
}
ORIGINAL = "module.original.aws_db_instance.this"
ORIGINAL_BLOCK = 'import {\n  to = module.original.aws_db_instance.this\n  id = "example-airflow-prod"\n}\n'


def old_layout(aws: Emulator) -> dict[str, Any]:
    """Create the given VPC and the stores of the old Airflow; returns the values of the root's variables."""
    ec2, rds = aws.client("ec2"), aws.client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    ids = [subnet["SubnetId"] for subnet in subnets]
    rds.create_db_subnet_group(DBSubnetGroupName=OLD, DBSubnetGroupDescription="old", SubnetIds=ids)
    rds.create_db_instance(
        DBInstanceIdentifier=OLD,
        DBName="ExampleAirflowProd",
        Engine="postgres",
        EngineVersion="16.4",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        StorageType="standard",
        MasterUsername="airflow",
        MasterUserPassword="old-password",
        DBSubnetGroupName=OLD,
    )
    place = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=OLD, CreateBucketConfiguration=place)
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    password = "/airflow/prod/database-password"
    aws.client("ssm").put_parameter(Name=password, Value="new-password", Type="SecureString", KeyId=key)
    return {
        "account_id": ACCOUNT,
        "region": REGION,
        "vpc_id": vpc,
        "data_subnet_ids": ids,
        "key_arn": key,
        "database_password_arn": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{password}",
    }


def run(command: str, aws: Emulator) -> None:
    """Make the request of a command ``aws SERVICE OPERATION --NAME VALUE...``."""
    _, service, operation, *words = shlex.split(command)
    client = aws.client(service)
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    names = {f"--{xform_name(name, '-')}": name for name in shape.members}
    given: dict[str, Any] = {}
    for word in words:
        if word.startswith("--"):
            name = names[word]
            given[name] = []
        else:
            given[name].append(word)
    values = {name: item if shape.members[name].type_name == "list" else item[0] for name, item in given.items()}
    getattr(client, method)(**values)


def documented() -> tuple[list[str], str]:
    """The commands and the root of the page."""
    found = [block for block in blocks(PAGE) if block.value.endswith(f"::{TEST}")]
    commands = [line for block in found for line, _ in block.commands]
    return commands, next(block.text for block in found if block.language == "hcl")


def write_root(root: Path, text: str, values: dict[str, Any]) -> None:
    """The documented root, which also imports the old instance itself into a second call of the module."""
    for module in write.modules(write.sources(MODULES), structure=load(HOME / "prod.yaml")):
        write.write(root / "modules" / module.name, write.content(module))
    call = text.partition("\n\n")[0].replace('"database"', '"original"').replace('"airflow-prod"', f'"{OLD}"')
    (root / "main.tf").write_text(f"{text}\n{call}\n{ORIGINAL_BLOCK}")
    provider = {"aws": [{"region": REGION, "s3_use_path_style": True}]}
    settings = {"provider": provider, "variable": {name: {} for name in values}}
    (root / "settings.tf.json").write_text(json.dumps(settings))
    (root / "terraform.tfvars.json").write_text(json.dumps(values))


@pytest.mark.feature("M1")
def test_import_blocks_keep_the_database_and_the_bucket(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    commands, text = documented()
    with Emulator(account_id=ACCOUNT, region=REGION) as aws:
        values = old_layout(aws)
        subnets = values["data_subnet_ids"]
        for command in commands:
            line = command.replace("SUBNET_A", subnets[0]).replace("SUBNET_B", subnets[1])
            run(line.replace("KEY_ARN", values["key_arn"]), aws)
        write_root(tmp_path, text, values)
        terraform = Terraform(tmp_path, environment=aws.environment)
        terraform.init(verify_once=True)
        changes = terraform.show(terraform.plan())["resource_changes"]
    imported = {item["address"] for item in changes if "importing" in item["change"]}
    assert imported == {*ADDRESSES, ORIGINAL}
    destroyed = {item["address"]: item["change"] for item in changes if "delete" in item["change"]["actions"]}
    assert destroyed.keys() == {ORIGINAL}, "the copy or the bucket is not kept"
    assert ["storage_encrypted"] in destroyed[ORIGINAL]["replace_paths"]
