"""A city's GTFS feed -> its network: ``make.import_feed``."""
