"""How it sounds: import, speech, loudness, encoding, the content-addressed library, and decoding for the player."""
