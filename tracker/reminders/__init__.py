"""The ladder, the sweep and the scheduler."""
