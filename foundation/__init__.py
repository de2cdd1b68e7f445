"""The ground floor: settings, database, time, money, secrets, events and jobs. Knows nothing of citizens or halls."""
