"""Amazon's Selling Partner API, simulated from contracts, marketplaces section 4, and Amazon's own specifications."""
