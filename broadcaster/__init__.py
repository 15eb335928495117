"""The house: storage, the controller, the desk, the HTTP API, the command line and the rehearsal."""
