"""The frame around every screen: where one is, what is not known, and which keys do what."""
