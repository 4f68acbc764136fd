/// Predicates for a file or array whose name stands before them.
extension NpyProblem {
  var text: String {
    switch self {
    case .notNpy: "is not an npy array: it does not begin with \"\\u{93}NUMPY\""
    case .unknownVersion(let version): "has npy version \(version); 1, 2 and 3 are supported"
    case .headerCutOff: "is cut off in its npy header"
    case .badHeader: "has an npy header that is not in numpy's form"
    case .objects: "holds Python objects; save it with a numeric type"
    case .structured: "holds records of several fields; save each field as an array"
    case .unsupportedType(let type): "has elements of numpy type '\(type)', which no tensor has"
    case .tooLarge(let shape):
      "claims shape \(SampleFault.text(shape)), more than there can be"
    case .dataCutOff(let expected, let found):
      "is cut off: its header promises \(expected) bytes of elements, \(found) follow"
    case .badText(let element): "has text that is not Unicode in element \(element)"
    }
  }
}

extension ZipProblem {
  var text: String {
    switch self {
    case .noDirectory: "is not an npz archive, or it is cut off: it has no directory at its end"
    case .badDirectory: "is corrupt: its ZIP directory is broken"
    case .badMember: "is corrupt: its data are not where the ZIP directory says"
    case .encrypted: "is encrypted"
    case .unsupportedMethod(let method):
      "is compressed by ZIP method \(method); only stored and deflated arrays are supported"
    case .badDeflate(.outputLimit): "is corrupt: it is longer than the ZIP directory says"
    case .badDeflate: "is corrupt: its compressed data are broken"
    case .wrongSize(let expected, let found):
      "is corrupt: it has \(found) bytes, the ZIP directory says \(expected)"
    case .wrongChecksum: "is corrupt: its checksum is wrong"
    }
  }
}
