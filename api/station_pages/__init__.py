"""The station's start page, its recording forms, and the page of a record."""
