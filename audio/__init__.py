"""How it sounds: import, speech, loudness, encoding, playback, and the library of recordings."""
