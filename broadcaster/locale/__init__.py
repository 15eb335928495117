"""Catalogues: what people read, in other languages than the code's English."""
