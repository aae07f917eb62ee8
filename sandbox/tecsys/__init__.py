"""Tecsys Omni OMS (OrderDynamics), simulated from its getting-started guide (S002; contracts, OMS section 3)."""
