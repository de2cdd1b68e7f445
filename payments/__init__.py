"""Money: bills, orders on a channel, settlement, refunds, and a ledger that always adds up."""
