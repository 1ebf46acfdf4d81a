"""What scripts/forging is made of."""
