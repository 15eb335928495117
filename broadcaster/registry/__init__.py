"""The registry: the county's areas and endpoints, how they come in from lists and go out again, and who gets secrets."""
