"""Connectors and simulators against the vendors' own specifications."""
