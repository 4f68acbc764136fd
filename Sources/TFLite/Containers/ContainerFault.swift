import FlatBuffers

/// The reason why a container is not read or cannot be written anew, and the place.
package struct ContainerFault: Error, Equatable, Sendable {
  package enum Place: Equatable, Sendable {
    /// The container as a whole.
    case whole
    /// An entry or a section, by its number from 0 and its name as far as it is known.
    case section(Int, name: String?)
    /// A byte of the container.
    case byte(Int)
  }

  package enum Reason: Equatable, Sendable {
    /// The records of a ZIP do not fit together.
    case archive(ZipTailProblem)
    /// An entry of a ZIP is deflated; bundles are mapped, so theirs are stored.
    case compressed
    /// The sizes of an entry stand behind its data.
    case dataDescriptor
    /// A local header has another value than the directory.
    case differs(field: String)
    /// Two sections have this name.
    case duplicateName(String)
    /// The header of a LiteRT-LM file is cut off, or ends at a byte where it cannot.
    case headerEnd(UInt64)
    case header(ReadFailure)
    /// The first number of the format's version.
    case version(UInt32)
    /// A part of the header that has to be there.
    case missing(String)
    /// Parts of the header overlap, so that changing one would change another.
    case sharedBytes
    /// A section reaches outside the file or into the header.
    case outside(begin: UInt64, end: UInt64)
    /// A section overlaps the one of this number.
    case overlap(Int)
    /// The byte belongs to no section and is not padding.
    case unclaimed
    /// More containers within containers than this.
    case tooDeep(Int)
    /// The result would begin a section at this byte, which the format cannot say.
    case tooLarge(Int)
  }

  /// Names of the containers around the place, from the outermost one inside the file.
  package var path: [String] = []
  package let place: Place
  package let reason: Reason

  package init(_ reason: Reason, at place: Place = .whole) {
    self.place = place
    self.reason = reason
  }
}
