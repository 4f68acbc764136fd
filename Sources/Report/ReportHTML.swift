extension ReportDocument {
  public var html: String { "<!doctype html>" }
}
