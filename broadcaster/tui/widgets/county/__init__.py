"""The county drawn: its areas and the endpoints in them."""
