"""A fake of HCP Terraform on loopback, over TLS, that runs Terraform on the configurations that it receives."""
