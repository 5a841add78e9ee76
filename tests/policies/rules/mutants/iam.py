"""Mutants for the rules about IAM."""

from __future__ import annotations

import json

from tests.policies.rules.mutants.mutant import WORKER_ROLE, Documents, Mutants, add, body, grant, statement

MUTANTS = Mutants()
LOGS = "arn:aws:s3:::some-bucket/*"

MUTANTS.generated(
    "AF_ACCESS_2",
    "aws_sns_topic_policy.alarms_topic_policy",
    "no_condition: no Condition in statement AlarmsOfThisAccount",
)
MUTANTS.generated(
    "AF_IAM_9",
    "aws_iam_role.worker_default_task_role",
    "no_condition: no Condition in statement 0",
)


@MUTANTS.written("AF_ACCESS_1", "the alarm topic allows every principal")
def _(documents: Documents) -> None:
    statement(documents, "aws_sns_topic_policy", "alarms_topic_policy", Principal="*", Condition=None)


@MUTANTS.written("AF_ACCESS_3", "every account may call a function")
def _(documents: Documents) -> None:
    permission = {"function_name": "job", "action": "lambda:InvokeFunction", "principal": "*"}
    add(documents, "aws_lambda_permission", "job", permission)


@MUTANTS.written("AF_IAM_1", "a policy document is truncated", "AF_IAM_7", "AF_ECS_19")
def _(documents: Documents) -> None:
    policy = body(documents, "aws_iam_role_policy", "scheduler_task_role_publish_metrics")
    policy["policy"] = policy["policy"][:-2]


@MUTANTS.written("AF_IAM_2", "an action is misspelled")
def _(documents: Documents) -> None:
    grant(documents, Action="s3:GetObjects", Resource=LOGS)


@MUTANTS.written("AF_IAM_3", "a worker has all S3 actions on a bucket")
def _(documents: Documents) -> None:
    grant(documents, Action="s3:*", Resource=LOGS)


@MUTANTS.written("AF_IAM_4", "a worker can stop every Fargate task of the account")
def _(documents: Documents) -> None:
    grant(documents, Action="ecs:StopTask", Resource="*")


@MUTANTS.written("AF_IAM_5", "a worker is granted NotAction")
def _(documents: Documents) -> None:
    grant(documents, NotAction=["s3:PutObject", "iam:*", "sts:*"], Resource=LOGS)


@MUTANTS.written("AF_IAM_6", "a role is passed to any service")
def _(documents: Documents) -> None:
    grant(documents, Action="iam:PassRole", Resource="${aws_iam_role.scheduler_task_role.arn}")


@MUTANTS.written(
    "AF_IAM_7", "two policies of one role together allow running tasks under any role", "AF_IAM_6", "AF_IAM_4"
)
def _(documents: Documents) -> None:
    grant(documents, Action=["ecs:RegisterTaskDefinition"], Resource="*")
    grant(documents, Action="ecs:RunTask", Resource="arn:aws:ecs:*:333333333333:task-definition/airflow-*")
    only_ecs = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    grant(documents, Action="iam:PassRole", Resource="arn:aws:iam::333333333333:role/*", Condition=only_ecs)


@MUTANTS.written("AF_IAM_8", "every AWS account can assume a worker role", "AF_IAM_9")
def _(documents: Documents) -> None:
    statement(documents, "aws_iam_role", WORKER_ROLE, Principal={"AWS": "*"}, Condition=None)


@MUTANTS.written("AF_IAM_10", "a deploy role trusts every GitHub repository", "AF_IAM_14")
def _(documents: Documents) -> None:
    host = "token.actions.githubusercontent.com"
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::333333333333:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": "sts.amazonaws.com"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    add(documents, "aws_iam_role", "deploy", {"name": "deploy", "assume_role_policy": document})


@MUTANTS.written("AF_IAM_11", "a worker can read every parameter of the account", "AF_ECS_19")
def _(documents: Documents) -> None:
    grant(documents, Action="ssm:GetParameter", Resource="arn:aws:ssm:eu-central-1:333333333333:parameter/*")


@MUTANTS.written("AF_IAM_12", "AmazonS3FullAccess is attached to a worker")
def _(documents: Documents) -> None:
    attachment = {
        "role": f"${{aws_iam_role.{WORKER_ROLE}.name}}",
        "policy_arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess",
    }
    add(documents, "aws_iam_role_policy_attachment", "more", attachment)


@MUTANTS.written("AF_IAM_13", "Terraform creates an access key")
def _(documents: Documents) -> None:
    add(documents, "aws_iam_access_key", "ci", {"user": "ci"})


@MUTANTS.written("AF_IAM_14", "a role has no permissions boundary")
def _(documents: Documents) -> None:
    del body(documents, "aws_iam_role", WORKER_ROLE)["permissions_boundary"]
