"""From files to configurations: Terraform JSON, plans, and what is known of their values."""
