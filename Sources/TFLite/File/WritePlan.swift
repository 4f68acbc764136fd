import Platform

/// A file cut into jobs of a few hundred kilobytes that threads carry out in any order.
struct WritePlan {
  /// A part of the file, behind the one before it.
  enum Piece {
    case bytes([UInt8])
    case data(TensorData)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .data(let data): data.count
      }
    }
  }

  /// A range of one piece.
  private struct Part {
    var piece: Int
    var range: Range<Int>
  }

  /// Consecutive parts that start at a multiple of 16.
  private struct Job {
    var position: Int
    var count = 0
    var parts: [Part] = []
  }

  /// Bytes of a job, unless a small piece makes it longer.
  private static let size = 1 << 18

  private let pieces: [Piece]
  private let threads: Int
  private let source: MappedFile
  private var jobs: [Job] = []

  init(_ pieces: [Piece], threads: Int, source: MappedFile) {
    self.pieces = pieces
    self.threads = threads
    self.source = source
    var position = 0
    for (index, piece) in pieces.enumerated() {
      var start = 0
      while start < piece.count {
        let isFull = (jobs.last?.count ?? Self.size) >= Self.size
        if isFull, position % 16 == 0 { jobs.append(Job(position: position)) }
        // A full job that may not end here continues to where it may.
        let room = isFull ? 16 - position % 16 : Self.size - (jobs.last?.count ?? 0)
        let end = min(piece.count, start + (isFull && position % 16 == 0 ? Self.size : room))
        jobs[jobs.count - 1].parts.append(Part(piece: index, range: start..<end))
        jobs[jobs.count - 1].count += end - start
        position += end - start
        start = end
      }
    }
  }

  /// Writes everything, from byte `start` of the file on, and returns the checksum of what was written.
  /// Throws the error of the first job that fails.
  func run(_ output: OutputFile, at start: Int = 0) throws -> UInt64 {
    // Standard output needs bytes in order.
    let lanes = output.temporaryPath == nil ? 1 : max(1, min(threads, jobs.count))
    var results = [Result<UInt64, any Error>](repeating: .success(0), count: lanes)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      Threads.inLanes(lanes) { lane, lanes in
        results[lane] = Result { try self.run(output, at: start, lane, lanes) }
      }
    }
    return try results.reduce(0) { $0 &+ (try $1.get()) }
  }

  private func run(
    _ output: OutputFile, at start: Int, _ lane: Int, _ lanes: Int
  ) throws -> UInt64 {
    var sum: UInt64 = 0
    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: jobs.reduce(0) { max($0, $1.count) }, alignment: 64)
    defer { scratch.deallocate() }
    for index in stride(from: lane, to: jobs.count, by: lanes) {
      let job = jobs[index]
      try withBytes(of: job, scratch) { bytes in
        sum &+= Checksum.share(bytes, at: job.position)
        if output.temporaryPath == nil {
          try output.write(bytes)
        } else {
          try output.write(bytes, at: start + job.position)
        }
      }
      release(job)
    }
    return sum
  }

  /// Passes on the job's bytes: those of the source if it is one unchanged part, else a copy in
  /// `scratch`.
  private func withBytes(
    of job: Job, _ scratch: UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    if job.parts.count == 1, case .data(let data) = pieces[job.parts[0].piece],
      case .file = data
    {
      return try DataReader(data, file: source.bytes).withBytes(in: job.parts[0].range, body)
    }
    var offset = 0
    for part in job.parts {
      let target = UnsafeMutableRawBufferPointer(
        rebasing: scratch[offset..<offset + part.range.count])
      switch pieces[part.piece] {
      case .bytes(let bytes):
        bytes.withUnsafeBytes {
          target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[part.range]))
        }
      case .data(let data):
        try DataReader(data, file: source.bytes).fill(target, at: part.range.lowerBound)
      }
      offset += part.range.count
    }
    try body(UnsafeRawBufferPointer(rebasing: scratch[..<offset]))
  }

  /// Passes on all bytes, in order.
  func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: jobs.reduce(0) { max($0, $1.count) }, alignment: 64)
    defer { scratch.deallocate() }
    for job in jobs {
      try withBytes(of: job, scratch, body)
      release(job)
    }
  }

  /// Unmaps the pages of pieces that end in this job, and those of the job that are copied unchanged:
  /// another lane may still be in the middle of a piece whose end is written.
  private func release(_ job: Job) {
    for part in job.parts {
      guard case .data(let data) = pieces[part.piece] else { continue }
      let reader = DataReader(data, file: source.bytes)
      if case .file = data { reader.release(source, part.range) }
      if part.range.upperBound == data.count, data.count >= Self.size { reader.release(source) }
    }
  }
}
