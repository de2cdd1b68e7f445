"""One module per screen: read who, read what, call one verb, shape the answer."""
