"""The theme: calm dark colours; meaning is in the marks, not in them."""

from textual.theme import Theme

STATION = Theme(
    name="station",
    primary="#3b82c4",
    secondary="#5c9e8f",
    accent="#e0a83c",
    warning="#e0a83c",
    error="#c0392b",
    success="#4a9d5f",
    background="#10151c",
    surface="#1a222d",
    panel="#223040",
    foreground="#d8dee6",
    dark=True,
)
BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # cells of width, and the class that a screen then has
