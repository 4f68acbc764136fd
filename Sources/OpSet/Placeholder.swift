enum PlaceholderOpSet {}
