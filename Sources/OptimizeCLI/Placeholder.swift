enum PlaceholderOptimizeCLI {}
