"""Simulates the autoscaling of workers: the deployed policy beside other published ones and a clairvoyant bound."""
