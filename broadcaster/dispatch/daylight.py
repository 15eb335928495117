"""Daylight: between sunrise and sunset, in which people may be up on a pole. Pure.

The sun's position after the NOAA solar calculator's low-accuracy equations (Spencer 1971): within about two minutes below
the polar circles, which is enough to send nobody up in the dark.
"""

from datetime import UTC, date, datetime, timedelta
from math import acos, cos, degrees, pi, radians, sin, tan

ZENITH = radians(90.833)  # the sun's upper edge at the horizon, with refraction


def daylight(day: date, latitude: float, longitude: float) -> tuple[datetime, datetime]:
    """Sunrise and sunset of a local day. Where the sun does not rise or set, noon, or the whole day."""
    angle = 2 * pi / 365 * (day.timetuple().tm_yday - 1)
    minutes = 229.18 * (
        0.000075
        + 0.001868 * cos(angle)
        - 0.032077 * sin(angle)
        - 0.014615 * cos(2 * angle)
        - 0.040849 * sin(2 * angle)
    )
    tilt = (
        0.006918
        - 0.399912 * cos(angle)
        + 0.070257 * sin(angle)
        - 0.006758 * cos(2 * angle)
        + 0.000907 * sin(2 * angle)
        - 0.002697 * cos(3 * angle)
        + 0.00148 * sin(3 * angle)
    )
    north = radians(latitude)
    share = cos(ZENITH) / (cos(north) * cos(tilt)) - tan(north) * tan(tilt)
    half = timedelta(minutes=4 * degrees(acos(min(1.0, max(-1.0, share)))))
    noon = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
        minutes=720 - 4 * longitude - minutes
    )
    return noon - half, noon + half
