"""Dispatch: the day's rounds of lift trucks."""
