"""One room per order-management system."""
