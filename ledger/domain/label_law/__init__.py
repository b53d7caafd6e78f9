"""Label law: rule sets as data with their dates and clauses, and the judge that applies them."""
