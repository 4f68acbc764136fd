/// Parts of a path.
enum FileName {
  /// Returns the last component of a path.
  static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Returns a file's name without its last extension.
  static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Returns the text after the last period of a path's last component, in lower case, or "".
  static func ending(_ path: String) -> String {
    let name = name(path)
    guard stem(name).utf8.count < name.utf8.count else { return "" }
    return name.split(separator: ".").last?.lowercased() ?? ""
  }
}
