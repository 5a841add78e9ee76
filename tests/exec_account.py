"""An emulated account with a cluster that records its sessions, operators and task roles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import yaml
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.sessions import plugin

from environments.load import from_data
from operations.account import Account

ACCOUNT, REGION, CLUSTER, GROUP = "123456789012", "eu-central-1", "airflow-dev", "/airflow/dev/exec"
ECS_TASKS = {"service": "ecs-tasks.amazonaws.com"}
ENVIRONMENT = {
    "name": "dev",
    "account_id": ACCOUNT,
    "region": REGION,
    "production": False,
    "state": {"bucket": "state-of-dev"},
    "network": {"cidr": "10.10.0.0/16", "zones": [f"{REGION}a", f"{REGION}b"]},
    "load_balancer": {
        "deletion_protection": False,
        "certificate_arn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0000",
    },
    "database": {"deletion_protection": False},
    "airflow": {"exec_enabled": True},
}
MOUNTED = ("/var/lib/amazon/ssm", "/var/log/amazon/ssm")


@dataclass
class ExecAccount:
    """The account.

    Args:
        key: ARN of the KMS key of sessions and recordings.
        tasks: ARN of the task of each service that was started last.
    """

    aws: Emulator
    folder: Path
    key: str = ""
    tasks: dict[str, str] = field(default_factory=dict)

    def credentials(self, name: str, *statements: dict[str, Any]) -> dict[str, str]:
        """Credentials of a new role."""
        trust = {"Effect": "Allow", "Principal": {"Service": ECS_TASKS["service"]}, "Action": "sts:AssumeRole"}
        role = self.aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
        policy = _document(*statements)
        self.aws.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
        return self.aws.assume(role["Role"]["Arn"], ECS_TASKS, session="me")

    def operator(self, name: str, *without: str) -> dict[str, str]:
        """Credentials of an operator who may use ``shell`` and ``open``, without some actions."""
        here = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
        task, cluster = f"{here}:task/{CLUSTER}/*", f"{here}:cluster/{CLUSTER}"
        document = f"arn:aws:ssm:{REGION}::document/AWS-StartPortForwardingSession"
        needed = {
            "ecs:ListTasks": ("*",),
            "ecs:DescribeTasks": (task,),
            "ecs:ExecuteCommand": (cluster, task),
            "ssm:StartSession": (task, document),
            "kms:GenerateDataKey": (self.key,),
        }
        return self.credentials(name, *(_allow(action, *on) for action, on in needed.items() if action not in without))

    def of_task(self, name: str, *without: str) -> dict[str, str]:
        """Credentials of a task role with the permissions of ECS Exec, without some actions."""
        channels = [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")]
        log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:log-stream:*"
        needed = {**dict.fromkeys([*channels, "logs:DescribeLogGroups"], "*"), "logs:CreateLogStream": log,
                  "logs:PutLogEvents": log, "kms:Decrypt": self.key}  # fmt: skip
        return self.credentials(name, *(_allow(action, on) for action, on in needed.items() if action not in without))

    def run_task(self, service: str, *, enabled: bool = True) -> str:
        """Start a task of a service, in the place of an earlier one; returns its ARN."""
        if service in self.tasks:
            self.aws.client("ecs").submit_task_state_change(cluster=CLUSTER, task=self.tasks[service], status="STOPPED")
        subnet = self.aws.client("ec2").describe_subnets()["Subnets"][0]
        groups = self.aws.client("ec2").describe_security_groups()["SecurityGroups"]
        where = {"subnets": [subnet["SubnetId"]], "securityGroups": [groups[0]["GroupId"]]}
        made = self.aws.client("ecs").run_task(
            cluster=CLUSTER, taskDefinition=service, group=f"service:{service}", enableExecuteCommand=enabled,
            launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": where},
        )["tasks"]  # fmt: skip
        task = self.tasks[service] = str(made[0]["taskArn"])
        running = [{"containerName": name, "status": "RUNNING"} for name in (service, "sidecar")]
        self.aws.client("ecs").submit_task_state_change(
            cluster=CLUSTER, task=task, status="RUNNING", containers=running
        )
        return task

    def account(self, operator: dict[str, str]) -> Account:
        """The account of the environment, with the credentials of an operator."""
        session = boto3.Session(
            region_name=REGION,
            aws_access_key_id=operator["AccessKeyId"],
            aws_secret_access_key=operator["SecretAccessKey"],
            aws_session_token=operator["Token"],
        )
        return Account(from_data(ENVIRONMENT, source="test"), session=session, folder=self.folder)

    def environ(self, operator: dict[str, str]) -> dict[str, str]:
        """The variables of a process of the operator."""
        return {
            **self.aws.environment,
            "AWS_ACCESS_KEY_ID": operator["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": operator["SecretAccessKey"],
            "AWS_SESSION_TOKEN": operator["Token"],
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
        }

    def command_line(self, operator: dict[str, str], *words: str) -> subprocess.Popen[str]:
        """Start ``python -m operations`` with its own process group, as in a terminal."""
        command = [sys.executable, "-m", "operations", *words, "--folder", str(self.folder)]
        return subprocess.Popen(
            command, env={**os.environ, **self.environ(operator)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip

    def recorded(self, session: str) -> str:
        """What the log group has of a session."""
        events = self.aws.client("logs").get_log_events(logGroupName=GROUP, logStreamName=session)["events"]
        return "".join(event["message"] for event in events)


def _allow(action: str, *on: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": list(on)}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _container(name: str, *mounted: str) -> dict[str, Any]:
    mounts = [{"sourceVolume": f"v{number}", "containerPath": path} for number, path in enumerate(mounted)]
    return {"name": name, "image": "a", "memory": 128, "readonlyRootFilesystem": True, "mountPoints": mounts}


@contextmanager
def exec_account(folder: Path) -> Iterator[ExecAccount]:
    """An account with a cluster and task definitions; ``folder`` gets the environment file and the plugin."""
    plugin.install(folder / "bin")
    (folder / "dev.yaml").write_text(yaml.safe_dump(ENVIRONMENT))
    with Emulator(account_id=ACCOUNT, region=REGION, iam="enforce") as aws:
        made = ExecAccount(aws, folder, key=aws.client("kms").create_key()["KeyMetadata"]["Arn"])
        aws.client("logs").create_log_group(logGroupName=GROUP, kmsKeyId=made.key)
        recorded = {"cloudWatchLogGroupName": GROUP, "cloudWatchEncryptionEnabled": True}
        exec_ = {"kmsKeyId": made.key, "logging": "OVERRIDE", "logConfiguration": recorded}
        aws.client("ecs").create_cluster(clusterName=CLUSTER, configuration={"executeCommandConfiguration": exec_})
        for name in ("scheduler", "triggerer", "dag-processor", "api-server"):
            aws.client("ecs").register_task_definition(
                family=name,
                networkMode="awsvpc",
                requiresCompatibilities=["FARGATE"],
                cpu="512",
                memory="1024",
                volumes=[{"name": f"v{number}"} for number in range(len(MOUNTED))],
                containerDefinitions=[_container(name, *MOUNTED), _container("sidecar")],
            )
        yield made
