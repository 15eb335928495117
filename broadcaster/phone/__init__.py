"""Phone: tickets on the phones of town staff and crews, over bad connections."""
