"""The one door: what a person may ask and order, with the permission of the person who asks."""
