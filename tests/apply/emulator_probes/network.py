"""Probes of patches of EC2 and of load balancers."""

from __future__ import annotations

from tests.apply.emulator_probes.probe import REGION, Client, probe


@probe("ec2.__init__", "ec2.description")
def rules_keep_their_descriptions(aws: Client) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    tcp = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    permissions = [
        tcp | {"UserIdGroupPairs": [{"GroupId": group, "Description": "by group"}]},
        tcp | {"PrefixListIds": [{"PrefixListId": lists[0]["PrefixListId"], "Description": "by list"}]},
    ]
    for permission in permissions:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    filters = [{"Name": "group-id", "Values": [group]}]
    rules = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert {rule.get("Description") for rule in rules if not rule["IsEgress"]} == {"by group", "by list"}


@probe("ec2._verify_group_will_respect_rule_count_limit")
def rules_of_each_ip_version_are_counted_by_the_validation(aws: Client) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    tcp = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ranges = [{"CidrIp": f"10.0.{number}.0/24"} for number in range(60)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp | {"IpRanges": ranges}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp | {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}])


@probe("ec2.modify")
def route_tables_that_a_gateway_endpoint_gets_later_have_its_route(aws: Client) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    old, new = (ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2))
    service = f"com.amazonaws.{REGION}.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, RouteTableIds=[old])["VpcEndpoint"][
        "VpcEndpointId"
    ]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[new], RemoveRouteTableIds=[old])
    tables = ec2.describe_route_tables(RouteTableIds=[old, new])["RouteTables"]
    routed = {
        table["RouteTableId"] for table in tables for route in table["Routes"] if route.get("GatewayId") == endpoint
    }
    assert routed == {new}
    ec2.delete_route_table(RouteTableId=new)
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[old], RemoveRouteTableIds=[new])


@probe("ec2.delete_vpc", "ec2.delete_nat_gateway")
def deleted_network_is_gone(aws: Client) -> None:
    ec2 = aws("ec2")
    before = len(ec2.describe_network_acls()["NetworkAcls"])
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert len(ec2.describe_network_acls()["NetworkAcls"]) == before


@probe("elbv2.describe_rules")
def client_secret_of_a_listener_rule_is_not_returned(aws: Client) -> None:
    balancing, ec2 = aws("elbv2"), aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"] for n in range(2)]
    balancer = balancing.create_load_balancer(Name="b", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    listener = balancing.create_listener(LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=[answer])[
        "Listeners"
    ][0]["ListenerArn"]
    endpoints = dict.fromkeys(("AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"), "https://login.example")
    client = {"Issuer": "https://login.example", "ClientId": "airflow", "ClientSecret": "secret", **endpoints}
    action = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": client}
    condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}
    balancing.create_rule(
        ListenerArn=listener, Priority=1, Conditions=[condition], Actions=[action, {**answer, "Order": 2}]
    )
    assert "'secret'" not in str(balancing.describe_rules(ListenerArn=listener)["Rules"])
