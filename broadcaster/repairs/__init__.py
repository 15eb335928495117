"""Repairs: from flips and fault reports to a few incidents, each with its cause, root, evidence and who mends it. Pure.

A shell feeds a `Correlator` with what `Supervision.happened` says, ticks it, and takes `changes`: values of `Incident`
under keys that stay; an `Examiner` is given a `Reading` for each heartbeat and says the same of single endpoints' own
faults. `Supervision`, `Correlator` and `Examiner` can all be stored and go on after a restart.

A ticket belongs to each incident that has been announced (`Stage.OPEN`). Its words are imported from where they lie: the
command line and the tables need a few enums of this room, and wait for none of its reckoning.
"""
