"""Urges, and what supervisors ask of a unit."""
