"""The network model: does a connection open, do its replies return, and which rule decides.

`ranges`, `addresses` and `services` are set arithmetic without AWS; `filters` and `model` hold plain values;
`security_groups`, `acls` and `routing` evaluate one hop; `connection_trace` and `connection` follow a whole connection;
`reach` and `possible_flows` answer questions about endpoints. None of them reads Terraform:
`terraform_gate.network.reading` builds a `Network` from a `Configuration`.
"""
