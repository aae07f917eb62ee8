"""bol (Retailer API v10), simulated from contracts, marketplaces section 8."""
