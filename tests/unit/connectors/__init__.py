"""The connectors: the HTTP policy, and each room against scripted answers."""
