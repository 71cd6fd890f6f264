"""Repair: from what failed to whose fault it is, to a typed rewrite, in a loop that ends."""
