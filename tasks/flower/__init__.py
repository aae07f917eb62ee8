"""Flower with an Orders tab: what is stuck and why, one document's story, and replay with its rehearsal first."""
