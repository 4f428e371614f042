"""Backups: made while people work, read again from end to end, and brought back with nothing sent twice."""

from tracker.upkeep.backup.checking import faults
from tracker.upkeep.backup.making import create
from tracker.upkeep.backup.manifest import Manifest, Unusable, read_manifest
from tracker.upkeep.backup.restoring import restore

__all__ = ["Manifest", "Unusable", "create", "faults", "read_manifest", "restore"]
