"""The MQTT side of the wire: the link that clients hold, and the broker that the controller may run."""
