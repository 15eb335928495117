"""People: who they are, what they may do where, and the trail of what they did."""
