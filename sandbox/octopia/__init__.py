"""Octopia (Cdiscount), simulated from contracts, marketplaces section 6."""
