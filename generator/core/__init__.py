"""What every stage may use: spans, diagnostics, names, digests."""
