"""One module for each group of dimensions: what there is to try, and by which scenario it is tried."""
