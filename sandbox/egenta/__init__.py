"""Egenta's OMS, simulated from its API document v0.1 (S000; contracts, OMS section 1)."""
