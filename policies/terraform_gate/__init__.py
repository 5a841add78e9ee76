"""Evaluates policies on Terraform JSON and plans; ``python -m terraform_gate`` is the command line."""
