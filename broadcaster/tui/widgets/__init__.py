"""Widgets: they show values and post messages; they ask nobody."""
