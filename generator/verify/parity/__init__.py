"""Enforcement parity: what the database is to hold by itself is broken by plain SQL, and must be refused."""
