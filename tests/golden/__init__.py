"""Golden pairs: wire to canonical and canonical to wire, as sent; one file a pair."""
