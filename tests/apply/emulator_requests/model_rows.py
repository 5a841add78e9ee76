"""Requests that the models of botocore reject."""

from __future__ import annotations

from tests.apply.emulator_requests.row import ROLE, row

row("required member, ec2", "MissingParameter", "'Description'")(
    lambda aws: aws("ec2").create_security_group(GroupName="g")
)
row("length, ec2", "InvalidParameterValue", "less than or equal to 1000")(
    lambda aws: aws("ec2").describe_security_group_rules(MaxResults=1001)
)
row("pattern, query", "ValidationError", "'a b' at 'RoleName'.*pattern")(
    lambda aws: aws("iam").create_role(RoleName="a b", **ROLE)
)
row("length, query", "ValidationError", "less than or equal to 64")(
    lambda aws: aws("iam").create_role(RoleName="a" * 65, **ROLE)
)
row("enumeration, query", "ValidationError", r"\[application, network, gateway\]")(
    lambda aws: aws("elbv2").create_load_balancer(Name="a", Type="classic")
)
row("type, json", "SerializationException", "'clusterName' is not of type str")(
    lambda aws: aws("ecs").create_cluster(clusterName=5)
)
row("pattern of a tag, json", "InvalidParameterException", "'R&D' at 'tags\\[0\\].value'")(
    lambda aws: aws("ecs").create_cluster(clusterName="c", tags=[{"key": "a", "value": "R&D"}])
)
row("pattern, json", "InvalidParameterException", "'a b' at 'logGroupName'")(
    lambda aws: aws("logs").create_log_group(logGroupName="a b")
)
row("range, json", "ValidationException", "'PendingWindowInDays'.*less than or equal to 365")(
    lambda aws: aws("kms").schedule_key_deletion(KeyId="k", PendingWindowInDays=366)
)
row("pattern, rest-json", "ValidationException", "'a b' at 'Name'")(
    lambda aws: aws("scheduler").create_schedule_group(Name="a b")
)
row("length, rest-xml", "InvalidInput", "'CallerReference'.*greater than or equal to 1")(
    lambda aws: aws("route53").create_hosted_zone(Name="example.com", CallerReference="")
)
row("enumeration, rest-xml of S3", "InvalidArgument", r"'On' at .*\[Enabled, Suspended\]")(
    lambda aws: aws("s3").put_bucket_versioning(Bucket="abc", VersioningConfiguration={"Status": "On"})
)
