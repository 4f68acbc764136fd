"""Weights of 4 and 2 bits in LiteRT: see Tools/bits_forms.py."""
