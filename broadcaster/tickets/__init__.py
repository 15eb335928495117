"""Tickets: from an incident to the one who mends it, closed on the device's proof. Pure.

An incident that is announced has a `Ticket`; `following.py` carries it on as the incident does, `orders.py` as people
say, `timers.py` as time passes. Each gives a `Change`: the ticket as it is then, and the `Entry`s for its history, which
are the outbox from which people are told.
"""
