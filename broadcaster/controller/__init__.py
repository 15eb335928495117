"""The controller: plans, publishes desired state, serves audio, takes in reports and proofs. Synchronous, clock passed in."""
