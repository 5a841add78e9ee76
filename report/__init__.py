"""The report of an environment: one HTML page from its Terraform JSON and, where given, plans and states."""
