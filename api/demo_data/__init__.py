"""A made-up cooperative that dries longan: `demo.csv` and `demo.setup.json`, for a first look."""
