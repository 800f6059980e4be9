import warnings
warnings.warn('careful')
raise ValueError('too late')
