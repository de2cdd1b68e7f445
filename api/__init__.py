"""The door for systems and staff: channel callbacks, department push, open data, health and the console."""
