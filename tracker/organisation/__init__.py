"""Regions, units, people, appointments, groups, seats, member units."""
