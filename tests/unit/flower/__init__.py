"""Of the Flower pages."""
