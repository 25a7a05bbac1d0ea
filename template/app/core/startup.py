"""A start that cannot be finished."""


class StartupError(Exception):
    """Something that the service cannot do without is not there.

    The lifespan of a feature raises it, with a sentence that says what to do. The process
    ends with status 1 and that sentence.
    """
