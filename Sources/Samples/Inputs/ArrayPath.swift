/// A file, or one array in it: `FILE.npz:ARRAY`.
struct ArrayPath: Equatable {
  let file: String
  let array: String?

  init(_ path: String) {
    let colon = path.indices.first {
      path[$0] == ":" && path[..<$0].lowercased().hasSuffix(".npz")
    }
    file = colon.map { String(path[..<$0]) } ?? path
    array = colon.map { String(path[path.index(after: $0)...]) }
  }
}
