"""The serial side of the wire: frames, the two ends of a line without I/O, and the port."""
