"""The emulator denies what IAM denies, in AWS's words."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from terraform_harness.emulator import Emulator, EmulatorError

pytestmark = pytest.mark.feature("H9")
ACCOUNT, REGION, ISSUER = "111111111111", "eu-central-1", "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
MAIN = "repo:example/airflow:ref:refs/heads/main"
TRUST = {
    "Effect": "Allow",
    "Principal": {"Federated": PROVIDER},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": MAIN}},
}
TASKS = {
    "Effect": "Allow",
    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
}
Session = Callable[[str], Any]


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str = "*", **others: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **others}


def token(subject: str, audience: str = "sts.amazonaws.com") -> dict[str, str]:
    return {"iss": f"https://{ISSUER}", "aud": audience, "sub": subject}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator(account_id=ACCOUNT, iam="enforce") as emulator:
        client = emulator.client("iam")
        client.create_open_id_connect_provider(
            Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
        )
        client.create_role(RoleName="task", AssumeRolePolicyDocument=document(TASKS))
        emulator.make_state_bucket("states-of-the-test")
        yield emulator


def session(emulator: Emulator, name: str, *statements: dict[str, Any], **role: Any) -> Session:
    """Clients of a role with one inline policy, ``own``."""
    iam = emulator.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(TRUST), **role)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    made = emulator.environment_of(arn, web_identity=token(MAIN))
    keys = (made[f"AWS_{part}"] for part in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"))
    own = boto3.Session(*keys, REGION)
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return lambda service: own.client(service, endpoint_url=emulator.url, config=config)


def denied(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_denial_has_the_code_of_each_protocol_and_names_caller_action_resource_and_nearest_statement(
    aws: Emulator,
) -> None:
    client = session(aws, "reader", allow("s3:PutObject", on="arn:aws:s3:::states-of-the-test/own/*"))
    put = client("s3").put_object
    put(Bucket="states-of-the-test", Key="own/a", Body=b"")
    code, text = denied(lambda: put(Bucket="states-of-the-test", Key="other/a", Body=b""))
    assert code == "AccessDenied"
    assert text.startswith(
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader/web-identity is not authorized to perform: s3:PutObject on "
        "resource: arn:aws:s3:::states-of-the-test/other/a because no identity-based policy allows the s3:PutObject"
    )
    assert "nearest statement is s3:PutObject of policy own; it covers arn:aws:s3:::states-of-the-test/own/*" in text
    assert denied(lambda: client("ec2").create_vpc(CidrBlock="10.0.0.0/16"))[0] == "UnauthorizedOperation"
    assert denied(lambda: client("ecs").create_cluster(clusterName="c"))[0] == "AccessDeniedException"
    assert denied(lambda: client("iam").list_roles())[0] == "AccessDenied"


def test_reading_the_own_identity_needs_no_permission(aws: Emulator) -> None:
    assert session(aws, "nobody")("sts").get_caller_identity()["Arn"].endswith(":assumed-role/nobody/web-identity")


def test_actions_that_aws_checks_inside_a_call_are_checked(aws: Emulator) -> None:
    register, network = allow("ecs:RegisterTaskDefinition"), allow("ec2:CreateVpc", "ec2:CreateInternetGateway")
    balance = allow("elasticloadbalancing:CreateTargetGroup", "kms:CreateKey", "ecs:CreateCluster")
    client = session(aws, "deployer", register, network, balance)
    key = session(aws, "keys", allow("kms:CreateKey"))("kms").create_key
    assert "kms:TagResource" in denied(lambda: key(Tags=[{"TagKey": "a", "TagValue": "b"}]))[1]
    session(
        aws, "tagger", allow("kms:CreateKey"), allow("kms:TagResource", on=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*")
    )("kms").create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])
    role = f"arn:aws:iam::{ACCOUNT}:role/task"
    definition: dict[str, Any] = {"family": "f", "containerDefinitions": [{"name": "a", "image": "a", "memory": 128}]}
    client("ecs").register_task_definition(**definition)
    missing = denied(lambda: client("ecs").register_task_definition(**definition, taskRoleArn=role))[1]
    assert f"perform: iam:PassRole on resource: {role}" in missing
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    missing = denied(lambda: client("ec2").create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tags))[1]
    assert f"perform: ec2:CreateTags on resource: arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/*" in missing
    group = client("elbv2").create_target_group
    assert "elasticloadbalancing:AddTags" in denied(lambda: group(Name="a", Tags=[{"Key": "a", "Value": "b"}]))[1]
    assert "iam:CreateServiceLinkedRole" in denied(lambda: client("ecs").create_cluster(clusterName="c"))[1]


def test_condition_keys_of_a_passed_role_are_compared(aws: Emulator) -> None:
    to_rds = {"StringEquals": {"iam:PassedToService": "rds.amazonaws.com"}}
    client = session(aws, "passer", allow("ecs:RegisterTaskDefinition"), allow("iam:PassRole", Condition=to_rds))
    call = client("ecs").register_task_definition
    role = f"arn:aws:iam::{ACCOUNT}:role/task"
    text = denied(lambda: call(family="f", containerDefinitions=[], taskRoleArn=role))[1]
    assert "conditions do not hold: StringEquals iam:passedtoservice rds.amazonaws.com" in text


def test_role_can_be_created_only_with_the_required_boundary_and_the_boundary_limits_it(aws: Emulator) -> None:
    limits = aws.client("iam").create_policy(PolicyName="limits", PolicyDocument=document(allow("s3:*")))["Policy"][
        "Arn"
    ]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": limits}}
    iam = session(aws, "admin", allow("iam:CreateRole", "iam:PutRolePolicy", Condition=bounded))("iam")
    make = {"RoleName": "made", "AssumeRolePolicyDocument": document(TASKS)}
    assert "iam:CreateRole" in denied(lambda: iam.create_role(**make))[1]
    iam.create_role(**make, PermissionsBoundary=limits)
    iam.put_role_policy(RoleName="made", PolicyName="p", PolicyDocument=document(allow("*")))
    write = {"PolicyName": "p", "PolicyDocument": document(allow("*"))}
    assert "iam:PutRolePolicy" in denied(lambda: iam.put_role_policy(RoleName="task", **write))[1]
    client = session(aws, "bounded", allow("*"), PermissionsBoundary=limits)
    client("s3").list_buckets()
    assert "no permissions boundary allows the iam:ListRoles" in denied(lambda: client("iam").list_roles())[1]


def test_keys_need_their_key_policy_and_the_context_of_the_parameter(aws: Emulator) -> None:
    root = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    key = aws.client("kms").create_key(Policy=document(root))["KeyMetadata"]["Arn"]
    aws.client("ssm").put_parameter(Name="/a/b", Type="SecureString", Value="v", KeyId=key)
    name = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b"
    for number, (parameter, works) in enumerate(((name, True), (name + "c", False))):
        context = {"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": parameter}}
        ssm = session(aws, f"ssm{number}", allow("ssm:GetParameter", on=name), allow("kms:Decrypt", Condition=context))(
            "ssm"
        )
        ssm.get_parameter(Name="/a/b")
        if works:
            ssm.get_parameter(Name="/a/b", WithDecryption=True)
        else:
            assert "kms:Decrypt" in denied(lambda: ssm.get_parameter(Name="/a/b", WithDecryption=True))[1]  # noqa: B023


def test_parameter_of_the_key_that_aws_manages_needs_no_permission_for_the_key(aws: Emulator) -> None:
    aws.client("ssm").put_parameter(Name="/managed/key", Value="v", Type="SecureString")
    client = session(aws, "managed-key", allow("ssm:GetParameter", "kms:Describe*"))
    assert client("ssm").get_parameter(Name="/managed/key", WithDecryption=True)["Parameter"]["Value"] == "v"
    key = aws.client("kms").describe_key(KeyId="alias/aws/ssm")["KeyMetadata"]["KeyId"]
    text = denied(lambda: client("kms").decrypt(KeyId=key, CiphertextBlob=b"x"))[1]
    assert "kms:Decrypt" in text, "the key is for Parameter Store only"


def test_bucket_policy_can_deny_what_the_identity_allows(aws: Emulator) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::closed-bucket/*"}
    aws.make_state_bucket("closed-bucket")
    aws.client("s3").put_object(Bucket="closed-bucket", Key="a", Body=b"")
    condition = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/kept-out"}}
    aws.client("s3").put_bucket_policy(Bucket="closed-bucket", Policy=document({**deny, "Condition": condition}))
    client = session(aws, "kept-out", allow("s3:*"))
    text = denied(lambda: client("s3").get_object(Bucket="closed-bucket", Key="a"))[1]
    assert "with an explicit deny in policy of arn:aws:s3:::closed-bucket/a" in text


def test_session_of_a_web_identity_needs_the_trust_of_the_role(aws: Emulator) -> None:
    role = aws.client("iam").create_role(RoleName="ci", AssumeRolePolicyDocument=document(TRUST))["Role"]["Arn"]
    sts = boto3.client("sts", endpoint_url=aws.url, region_name=REGION, config=Config(signature_version=UNSIGNED))

    def assume(claims: dict[str, str]) -> Any:
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="job", WebIdentityToken=f"e30.{body}.signature"
        )

    assert assume(token(MAIN))["Credentials"]["AccessKeyId"]
    for claims in (token(MAIN + "x"), token(MAIN, "other"), {**token(MAIN), "iss": "https://example.com"}, {}):
        assert denied(lambda: assume(claims))[0] == "AccessDenied"  # noqa: B023
        with pytest.raises(EmulatorError, match="is not authorized to perform: sts:AssumeRoleWithWebIdentity"):
            aws.environment_of(role, web_identity=claims)


def test_task_role_is_assumed_by_ecs_for_its_own_account_only(aws: Emulator) -> None:
    made = aws.assume(f"arn:aws:iam::{ACCOUNT}:role/task", {"service": "ecs-tasks.amazonaws.com"}, session="one")
    assert {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"} <= made.keys()
    with pytest.raises(EmulatorError, match=r"lambda\.amazonaws\.com is not authorized"):
        aws.assume(f"arn:aws:iam::{ACCOUNT}:role/task", {"service": "lambda.amazonaws.com"}, session="one")


def test_unknown_and_missing_credentials_are_rejected(aws: Emulator) -> None:
    unknown = boto3.client(
        "s3", endpoint_url=aws.url, aws_access_key_id="AKIAOTHER", aws_secret_access_key="x", region_name=REGION
    )
    assert denied(unknown.list_buckets)[0] == "InvalidClientTokenId"
    unsigned = boto3.client("s3", endpoint_url=aws.url, config=Config(signature_version=UNSIGNED), region_name=REGION)
    assert denied(unsigned.list_buckets)[0] == "MissingAuthenticationToken"


def test_report_names_the_statement_that_allowed_each_decision(aws: Emulator) -> None:
    client = session(aws, "counted", allow("s3:GetObject"), allow("sns:ListTopics"))
    before = aws.decisions.decisions
    client("sns").list_topics()
    client("sns").list_topics()
    denied(lambda: client("s3").list_buckets())
    report = aws.decisions
    assert report.decisions == before + 3
    (listed,) = (item for item in report.taken if item.action == "sns:ListTopics" and item.allowed)
    assert (listed.policy, listed.statement, listed.count) == ("own", 1, 2)
    assert any(item.action == "s3:ListAllMyBuckets" and "counted" in item.principal for item in report.denied)
    assert "decisions taken for" in str(report)


def test_enforcement_without_validation_is_rejected_with_a_fix() -> None:
    with pytest.raises(ValueError, match="Fix: remove validate=False"):
        Emulator(account_id=ACCOUNT, iam="enforce", validate=False)
