"""A live database beside the one that the delivered migrations make: what differs, and how it comes back."""
