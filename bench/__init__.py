"""Measures: ``make bench``, or ``python -m bench [nom…]``. See ``bench/executer.py``."""
