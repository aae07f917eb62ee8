"""Why an operator's wish was not granted, in words."""


class NotFound(Exception):
    """No such document, delivery or account."""


class NotAllowed(Exception):
    """It is there, but this can't be done to it now; the message says why, and what can."""
