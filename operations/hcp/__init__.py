"""Workspaces and runs in HCP Terraform or Terraform Enterprise, through pytfe, HashiCorp's client."""
