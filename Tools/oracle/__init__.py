"""The judge of `optimize`: LiteRT's schema parser and interpreter, and independent Python."""
