enum PlaceholderReport {}
