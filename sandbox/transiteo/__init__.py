"""Transiteo's "Orders (OMS)", simulated from its documents (S001; contracts, OMS section 2)."""
