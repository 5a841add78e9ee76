"""A fake of ECS on Fargate for tests: reads services and task definitions from the AWS API, runs them as containers.

Supported: task definitions, secrets from Parameter Store, service discovery, health checks, restarts, desired counts,
stop timeouts, task protection, and the network: subnets, security groups, network ACLs, route tables, NAT gateways and
endpoints. Not supported: IAM, CPU limits and deployments in batches.
"""
