"""Keeping an installation well: the watchdog, the doctor, backups."""
