"""`ocop doctor`: looks at a ledger folder from outside and says what is wrong and how to mend it."""
