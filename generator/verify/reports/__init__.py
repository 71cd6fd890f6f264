"""A smoke's result as a page for people and as JUnit XML for CI systems."""
