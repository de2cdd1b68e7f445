"""财政电子票据: the system of the treasury that issues receipts, at the wire."""
