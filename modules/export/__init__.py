"""Exports constructs and stacks as self-contained Terraform modules."""
