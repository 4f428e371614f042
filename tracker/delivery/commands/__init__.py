"""The acts on endpoints, on deliveries, and on what people ask for themselves."""

from tracker.delivery.commands.endpoints import (
    EndpointFacts,
    add_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    note_test,
)
from tracker.delivery.commands.preferences import Wishes, set_preferences
from tracker.delivery.commands.resolving import release_held, resolve_delivery, retry_delivery, retry_endpoint

__all__ = [
    "EndpointFacts",
    "Wishes",
    "add_endpoint",
    "disable_endpoint",
    "edit_endpoint",
    "enable_endpoint",
    "note_test",
    "release_held",
    "resolve_delivery",
    "retry_delivery",
    "retry_endpoint",
    "set_preferences",
]
