"""Mirrors pipeline/domain."""
