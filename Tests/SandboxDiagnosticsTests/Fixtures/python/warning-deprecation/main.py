import warnings
def old():
    warnings.warn('old is gone', DeprecationWarning, stacklevel=2)
old()
