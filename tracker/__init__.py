"""Zeren 责任台: the responsibility tracker of a leadership group."""
