"""Monthly cost: quantities from Terraform JSON, prices from dated files."""
