"""The rehearsal: the real controller and the real endpoints in a simulated county, in virtual time, from a seed."""
