"""Coverage of a plan: what there is to try, what is tried, what can't happen, what is missing."""
