"""The program on the loudspeaker's board: a core without input or output, and the edges that give it both."""
