"""The gate as a run task of HCP Terraform and Terraform Enterprise."""
