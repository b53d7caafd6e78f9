"""The hub's side of stations: tickets, enrolment, how each stands, what each needs."""
