"""Probes of patches of the services that the whole account shares."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from terraform_harness.emulator.seed import self_signed_certificate

from tests.apply.emulator_probes.probe import ACCOUNT, REGION, Client, probe


@probe("acm.import_certificate")
def certificate_is_kept_under_the_given_arn(aws: Client) -> None:
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/00000000-0000-4000-8000-000000000000"
    certificate, key = self_signed_certificate()
    aws("acm").import_certificate(CertificateArn=arn, Certificate=certificate, PrivateKey=key)
    assert aws("acm").describe_certificate(CertificateArn=arn)["Certificate"]["CertificateArn"] == arn


@probe("budgets.create_budget", "budgets.list_tags_for_resource", "budgets.describe_subscribers_for_notification")
def budget_keeps_tags_and_subscribers(aws: Client) -> None:
    budgets = aws("budgets")
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    subscribers = [{"SubscriptionType": "EMAIL", "Address": "ops@example.com"}]
    limit = {"Amount": "1", "Unit": "USD"}
    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget={"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit},
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": subscribers}],
        ResourceTags=[{"Key": "a", "Value": "b"}],
    )
    about = {"AccountId": ACCOUNT, "BudgetName": "b", "Notification": notification}
    assert budgets.describe_subscribers_for_notification(**about)["Subscribers"] == subscribers
    tags = budgets.list_tags_for_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/b")["ResourceTags"]
    assert tags == [{"Key": "a", "Value": "b"}]


@probe("core.call_action")
def unknown_action_is_rejected(aws: Client) -> None:
    with pytest.raises(ClientError, match="NotEmulated"):
        aws("elasticache").describe_update_actions()


@probe("iam.attach_role_policy")
def policy_that_aws_manages_is_attached(aws: Client) -> None:
    iam = aws("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    (attached,) = iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert attached["PolicyName"] == "ReadOnlyAccess"


@probe("logs.put_query_definition", "logs.describe_query_definitions", "logs.delete_query_definition")
def saved_query_is_created_and_deleted(aws: Client) -> None:
    logs = aws("logs")
    key = logs.put_query_definition(name="a/b", queryString="fields @message")["queryDefinitionId"]
    assert [
        query["name"] for query in logs.describe_query_definitions(queryDefinitionNamePrefix="a")["queryDefinitions"]
    ] == ["a/b"]
    assert logs.delete_query_definition(queryDefinitionId=key)["success"] is True
    assert logs.describe_query_definitions()["queryDefinitions"] == []


@probe("route53.create_hosted_zone")
def hosted_zone_is_kept_under_the_given_id(aws: Client) -> None:
    aws("route53").create_hosted_zone(Name="example.com", CallerReference="given-id:Z0EXAMPLE00000000000")
    assert aws("route53").get_hosted_zone(Id="Z0EXAMPLE00000000000")["HostedZone"]["Name"] == "example.com."


@probe("logs.put_log_events")
def embedded_metric_of_a_log_event_is_a_datapoint(aws: Client) -> None:
    logs, now = aws("logs"), datetime.now(UTC)
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    directive = {"Namespace": "N", "Dimensions": [["Component"]], "Metrics": [{"Name": "errors", "Unit": "Count"}]}
    embedded = {"_aws": {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]}}
    messages = ["plain", '{"_aws": {"CloudWatchMetrics": 1}}', json.dumps(embedded | {"Component": "c", "errors": 3})]
    events = [{"timestamp": int(now.timestamp() * 1000), "message": message} for message in messages]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    found = aws("cloudwatch").get_metric_statistics(
        Namespace="N",
        MetricName="errors",
        Dimensions=[{"Name": "Component", "Value": "c"}],
        StartTime=now - timedelta(minutes=1),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )
    assert [point["Maximum"] for point in found["Datapoints"]] == [3]
