"""The wire: documents and reports, the MQTT link and broker, and the endpoint program that executes cues."""
