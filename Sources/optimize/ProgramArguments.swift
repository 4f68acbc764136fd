/// The program's arguments without its name, also where `/proc` is missing, from which Swift's library
/// reads them.
enum ProgramArguments {
  static var afterName: [String] {
    #if compiler(>=6.3) && canImport(Glibc)
      (1..<max(1, Int(argumentCount))).compactMap { index in
        argumentValues?[index].map { String(cString: $0) }
      }
    #else
      Array(CommandLine.arguments.dropFirst())
    #endif
  }
}

#if compiler(>=6.3) && canImport(Glibc)
  import Glibc

  private typealias Strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  private nonisolated(unsafe) var argumentCount: Int32 = 0
  private nonisolated(unsafe) var argumentValues: Strings? = nil

  /// glibc calls what this section names before all else, with the arguments of `main`; other C
  /// libraries do not.
  @used @section(".preinit_array")
  private let readArguments: @convention(c) (Int32, Strings?, Strings?) -> Void = {
    (argumentCount, argumentValues) = ($0, $1)
    _ = $2
    #if STATIC
      // A constructor of Swift's library looks for the library's folder and ends the program if it
      // finds neither this nor /proc/self/exe.
      setenv("SWIFT_ROOT", "/", 0)
    #endif
  }
#endif
