"""When and what: notices, rules, planning, precedence, make-up and the ledger. Pure: no clock, file, socket, log or chance."""
