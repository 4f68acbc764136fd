enum PlaceholderOptimizer {}
