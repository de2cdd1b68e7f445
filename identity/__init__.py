"""Who people are: citizens with their platform accounts, real names, sessions and delegations; staff and roles."""
