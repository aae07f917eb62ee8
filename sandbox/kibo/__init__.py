"""Kibo / Shopatron's v2 API, simulated from its documents (S004; contracts, OMS section 5)."""
