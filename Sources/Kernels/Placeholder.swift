enum PlaceholderKernels {}
