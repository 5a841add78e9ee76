"""Constructs and stacks leave the house here, as Terraform modules that anybody can call."""
