"""Responsibility letters (目标责任书): promised by units' heads, signed by both parties, never altered afterwards."""
