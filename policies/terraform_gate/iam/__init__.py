"""Models of IAM policies, roles and privilege escalation, shared by rules."""
