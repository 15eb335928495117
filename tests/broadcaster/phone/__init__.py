"""Tickets on phones."""
