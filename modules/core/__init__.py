"""Shared building blocks of the constructs: connections, flows, grants, Fargate tasks, services, stacks."""
