"""What the security-group and network-ACL rules share: their base, their examples, and questions about exposure."""
