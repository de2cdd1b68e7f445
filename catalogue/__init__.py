"""What can be done in the city: items and their guides, themes and scenarios, halls and departments."""
