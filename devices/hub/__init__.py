"""The hub of serial lines: it joins them to the MQTT side for the endpoints on them."""
