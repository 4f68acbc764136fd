import Foundation
import Platform
import TFLite
import TestSupport
import Testing

@testable import Samples

/// Broken samples must be refused in words that name the file, or read; never trap, hang or take memory
/// without bound: the process itself is the judge. `OPTIMIZE_MUTATIONS` says how many.
@Suite(.serialized) struct SampleMutationTests {
  private struct Base {
    let ending: String
    let bytes: [UInt8]
    /// What is a batch, or one sample, of the file as it was.
    let inputs: [SampleInput]
    /// The rate that the model takes.
    var rate: Int?
  }

  private static let count =
    ProcessInfo.processInfo.environment["OPTIMIZE_MUTATIONS"].flatMap(Int.init) ?? 3000

  private static func bases() throws -> [Base] {
    let image = SampleInput.float("x", [1, 8, 8, 3])
    let any = SampleInput.float("x", [1, 1], [-1, -1])
    var bases: [Base] = []
    for (ending, vectors) in [
      ("png", "png.bin"), ("jpg", "jpeg.bin"), ("bmp", "bmp.bin"), ("ppm", "ppm.bin"),
      ("jfif", "jpeg-cmyk.bin"), ("jpe", "turned.bin"),
    ] {
      bases += try Recorded.records(vectors, fields: 4).map {
        Base(ending: ending, bytes: $0[1], inputs: [image])
      }
    }
    bases += try Recorded.records("wav.bin", fields: 4).map {
      Base(ending: "wav", bytes: $0[1], inputs: [.float("x", [1, 400])])
    }
    bases += try Recorded.records("wav.bin", fields: 4).map {
      Base(
        ending: "wave", bytes: $0[1], inputs: [.float("x", [1, 400]), .float("x", [1], [-1])],
        rate: 16_000)
    }
    bases += try Recorded.records("foreign.bin", fields: 2).map {
      Base(ending: "webp", bytes: $0[1], inputs: [image])
    }
    for record in try Recorded.records("npy.bin", fields: 6) {
      let shape = Vectors.shape(record[3])
      let type = try NpyFile.parse(record[1]).type
      let whole = SampleInput(name: "x", type: type, shape: shape)
      let part = SampleInput(name: "x", type: type, shape: Array(shape.dropFirst()))
      let inputs = shape.count > 1 ? [whole, part] : [whole]
      bases.append(Base(ending: "npy", bytes: record[1], inputs: inputs))
      for deflated in [false, true] {
        let archive = Archive.bytes([("x.npy", record[1])], deflated: deflated)
        bases.append(Base(ending: "npz", bytes: archive, inputs: inputs))
      }
    }
    bases += try Recorded.records("archives.bin", fields: 2).map {
      Base(ending: "npz", bytes: $0[1], inputs: [any])
    }
    for text in ["1,2,3\n4,5,6\n7,8,9\n", "a;b\n1;2\n3;4e5\n", "1 2\r\n\"3\"\t4\r\n"] {
      bases.append(
        Base(ending: "csv", bytes: Array(text.utf8), inputs: [any, .float("x", [1, 3])]))
    }
    return bases
  }

  /// The most bytes that were resident at once; 0 where the system does not tell.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) << 10
  }

  @Test func `No mutated sample traps, hangs or takes memory without bound`() throws {
    let workspace = try Workspace()
    // The same mutations fall on each format, however many files of it there are.
    let formats = Dictionary(grouping: try Self.bases(), by: \.ending).sorted { $0.key < $1.key }
    var (refused, read, slowest) = (0, 0, 0.0)
    let start = Self.peak
    for number in 0..<Self.count {
      var generator = SeededRandom(seed: UInt64(number))
      let bases = formats[number % formats.count].value
      let base = bases[generator.below(bases.count)]
      var bytes = base.bytes
      if base.ending == "npz", generator.below(2) == 0, let broken = inner(base, &generator) {
        bytes = broken
      } else {
        generator.mutate(&bytes)
      }
      if bytes.starts(with: [0x89, 0x50]), generator.below(4) > 0 { PngChecksums.repair(&bytes) }
      let path = try workspace.write(bytes, to: "sample.\(base.ending)")
      let begin = Clock.now()
      for input in base.inputs {
        do throws(SampleFault) {
          var preprocessing = Preprocessing()
          preprocessing.rate = base.rate
          let set = try SampleSet(path: path, inputs: [input], preprocessing: preprocessing)
          for index in 0..<min(set.count, 4) { _ = try set.sample(at: index) }
          read += 1
        } catch {
          refused += 1
          #expect(error.message.contains(path), "number \(number): \(error.message)")
        }
      }
      slowest = max(slowest, Clock.now() - begin)
      #expect(Clock.now() - begin < 2, "number \(number), \(base.ending)")
    }
    let growth = Self.peak - start
    print(
      "sample mutations: \(Self.count) files of \(formats.count) formats, \(refused) refused, "
        + "\(read) read; slowest \(Int(slowest * 1000)) ms; memory peaked at \(Self.peak >> 20) MB "
        + "and grew by \(growth >> 20) MB")
    #expect(refused > 0 && read > 0)
    // Without `--filter` other suites take memory at the same time.
    if CommandLine.arguments.contains("--filter") { #expect(growth < 256 << 20) }
  }

  /// An archive that is whole and has a broken array in it.
  private func inner(_ base: Base, _ generator: inout SeededRandom) -> [UInt8]? {
    let map = MappedFile(copying: base.bytes, as: "x.npz")
    guard let file = try? ArrayFile(npz: map, array: nil), let name = file.names.first,
      let array = try? file.array(named: name), var bytes = try? NpyFile.bytes(of: array)
    else { return nil }
    generator.mutate(&bytes)
    return Archive.bytes([("\(name).npy", bytes)], deflated: generator.below(2) == 0)
  }
}
