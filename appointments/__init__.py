"""A place at a hall: schedules make slots, citizens reserve them, the hall checks them in and calls them."""
