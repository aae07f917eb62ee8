"""OIS (Divide), simulated from its order rules (S003; contracts, OMS section 4)."""
