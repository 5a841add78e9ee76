"""What acts on a live environment: secrets, migration, deployment, rotation, sleep, verification, destruction.

Names follow from the environment file; nothing here imports a construct. Every step can be run again: it looks first
and does what is left.
"""
