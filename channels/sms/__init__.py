"""短信: one protocol for whoever carries the city's text messages, and the gateway that speaks it over HTTPS."""
