"""Packet filters for containers, generated from the security groups, network ACLs and routes of an AWS network.

`ec2_network` reads the network through boto3; `ruleset` writes the nftables rules of one endpoint (an address in a
subnet, with security groups); `namespace` applies them in the network namespace of a container and connects from there;
`denials` reads the counters back: what was dropped, and by which group or ACL line.

Filters stay in the network namespaces of containers: this package never changes the filters of the machine. It needs
Linux, root, and the programs ``nft``, ``nsenter`` and ``ip``.
"""
