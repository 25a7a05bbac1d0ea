"""What keeps the cache from being used."""


class CacheAway(Exception):
    """What is cached cannot be reached or stored at the moment. The source can be asked."""
