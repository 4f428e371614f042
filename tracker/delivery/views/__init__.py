"""Pages of endpoints, deliveries, trails, and of what people ask for themselves."""

from tracker.delivery.views import deliveries, endpoints, preferences
from tracker.delivery.views.blueprint import bp
from tracker.delivery.views.deliveries import panel

__all__ = ["bp", "deliveries", "endpoints", "panel", "preferences"]
