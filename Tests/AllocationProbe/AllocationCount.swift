#if canImport(Glibc)
  import Synchronization

  // The linker puts these in the place of the C library's functions (Package.swift), also for the
  // shared libraries of the process. They run before `main`, so they use nothing that is made lazily.

  private let isCounting = Atomic<Bool>(false)
  private let allocations = Atomic<Int>(0)

  /// How often the process asks for memory while `body` runs, on any thread.
  func allocations(in body: () throws -> Void) rethrows -> Int {
    allocations.store(0, ordering: .sequentiallyConsistent)
    isCounting.store(true, ordering: .sequentiallyConsistent)
    defer { isCounting.store(false, ordering: .sequentiallyConsistent) }
    try body()
    return allocations.load(ordering: .sequentiallyConsistent)
  }

  private func count() {
    if isCounting.load(ordering: .relaxed) { allocations.wrappingAdd(1, ordering: .relaxed) }
  }

  @_silgen_name("__libc_malloc") private func libcMalloc(_ size: Int) -> UnsafeMutableRawPointer?
  @_silgen_name("__libc_calloc") private func libcCalloc(
    _ number: Int, _ size: Int
  ) -> UnsafeMutableRawPointer?
  @_silgen_name("__libc_realloc") private func libcRealloc(
    _ old: UnsafeMutableRawPointer?, _ size: Int
  ) -> UnsafeMutableRawPointer?
  @_silgen_name("__libc_memalign") private func libcMemalign(
    _ alignment: Int, _ size: Int
  ) -> UnsafeMutableRawPointer?

  @_cdecl("counted_malloc")
  public func countedMalloc(_ size: Int) -> UnsafeMutableRawPointer? {
    count()
    return libcMalloc(size)
  }

  @_cdecl("counted_calloc")
  public func countedCalloc(_ number: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    count()
    return libcCalloc(number, size)
  }

  @_cdecl("counted_realloc")
  public func countedRealloc(
    _ old: UnsafeMutableRawPointer?, _ size: Int
  ) -> UnsafeMutableRawPointer? {
    count()
    return libcRealloc(old, size)
  }

  @_cdecl("counted_aligned_alloc")
  public func countedAlignedAlloc(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    count()
    return libcMemalign(alignment, size)
  }

  @_cdecl("counted_posix_memalign")
  public func countedPosixMemalign(
    _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
  ) -> Int32 {
    count()
    result.pointee = libcMemalign(alignment, size)
    return result.pointee == nil ? 12 : 0
  }
#else
  /// Only glibc's functions can be replaced.
  func allocations(in body: () throws -> Void) rethrows -> Int {
    try body()
    return 0
  }
#endif
