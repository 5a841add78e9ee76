"""A small app on the AWS bindings, run by `python bindings_sample.py OUTDIR`. Prints how they were loaded."""

import sys
from pathlib import Path

from cdktf_fast_bindings import loading

loading.install(sources=[Path(__file__)])

from cdktf import App, TerraformOutput, TerraformStack  # noqa: E402
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate  # noqa: E402
from cdktf_cdktf_provider_aws.db_instance import DbInstance  # noqa: E402
from cdktf_cdktf_provider_aws.ecs_service import EcsService, EcsServiceNetworkConfiguration  # noqa: E402
from cdktf_cdktf_provider_aws.provider import AwsProvider  # noqa: E402
from cdktf_cdktf_provider_aws.s3_control_bucket_policy import S3ControlBucketPolicy  # noqa: E402
from cdktf_cdktf_provider_aws.security_group import SecurityGroup, SecurityGroupIngress  # noqa: E402
from cdktf_cdktf_provider_aws.vpc import Vpc  # noqa: E402


def build(outdir: str) -> None:
    app = App(outdir=outdir)
    for name in ("one", "two"):
        stack = TerraformStack(app, name)
        AwsProvider(stack, "aws", region="eu-central-1")
        vpc = Vpc(stack, "vpc", cidr_block="10.0.0.0/16", tags={"Name": name})
        rule = SecurityGroupIngress(from_port=1, to_port=2, protocol="tcp")
        group = SecurityGroup(stack, "group", vpc_id=vpc.id, ingress=[rule])
        DbInstance(stack, "database", instance_class="db.t4g.medium", vpc_security_group_ids=[group.id])
        S3ControlBucketPolicy(stack, "policy", bucket="arn", policy="{}")
        network = EcsServiceNetworkConfiguration(subnets=[vpc.id], security_groups=[group.id])
        EcsService(stack, "service", name=name, network_configuration=network)
        certificate = AcmCertificate(stack, "certificate", domain_name="example.org")
        # An object that JavaScript creates and whose class Python has to find.
        record = certificate.domain_validation_options.get(0)
        TerraformOutput(stack, "record", value=record.resource_record_name)
    app.synth()


if __name__ == "__main__":
    build(sys.argv[1])
    mode = loading.loaded()
    print(mode.value if mode else None)
