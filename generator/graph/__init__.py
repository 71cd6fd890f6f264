"""Constraints and what they bear on, and the layers that enforce them."""
