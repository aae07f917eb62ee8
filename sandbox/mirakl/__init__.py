"""Mirakl (seller API), simulated from contracts, marketplaces section 5."""
