"""The configuration: what is read, and how each fault is named."""
