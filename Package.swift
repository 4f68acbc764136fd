// swift-tools-version: 6.2
import PackageDescription

/// Inner loops are optimised in debug builds too, or tests would run them a hundred times slower.
let hot: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The kernels once more for processors with AVX2 and FMA. Named after "Kernels", so that of equal
/// weak symbols the linker keeps the ones without AVX.
#if arch(x86_64)
  let v3: [SwiftSetting] = [.define("V3"), .unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
#else
  let v3: [SwiftSetting] = []
#endif

/// Functions of the C library whose calls the tests' probe counts.
let counted =
  ["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"]
  .flatMap { ["-Xlinker", "--defsym=\($0)=counted_\($0)"] } + ["-Xlinker", "--export-dynamic"]

let package = Package(
  name: "optimize",
  products: [.executable(name: "optimize", targets: ["optimize"])],
  targets: [
    .target(name: "JSON", swiftSettings: hot),
    .target(name: "Platform"),
    .target(name: "FlatBuffers", swiftSettings: hot),
    .target(name: "TFLite", dependencies: ["Platform", "FlatBuffers"], swiftSettings: hot),
    .target(name: "Compression", swiftSettings: hot),
    .target(name: "KernelTable", swiftSettings: hot),
    .target(name: "Kernels", dependencies: ["KernelTable"], swiftSettings: hot),
    .target(name: "KernelsV3", dependencies: ["KernelTable"], swiftSettings: hot + v3),
    .target(
      name: "OpSet",
      dependencies: ["Platform", "FlatBuffers", "TFLite", "KernelTable", "Kernels", "KernelsV3"],
      swiftSettings: hot),
    .target(
      name: "Interpreter",
      dependencies: ["Platform", "FlatBuffers", "TFLite", "KernelTable", "Kernels", "OpSet"],
      swiftSettings: hot),
    .target(
      name: "Samples",
      dependencies: ["Platform", "FlatBuffers", "TFLite", "Compression", "Kernels"],
      swiftSettings: hot),
    .target(
      name: "Calibration",
      dependencies: ["JSON", "Platform", "TFLite", "Kernels", "OpSet", "Interpreter"],
      swiftSettings: hot),
    .target(
      name: "Optimizer",
      dependencies: [
        "Platform", "FlatBuffers", "TFLite", "Compression", "Kernels", "OpSet", "Interpreter",
        "Calibration",
      ], swiftSettings: hot),
    .target(
      name: "Report",
      dependencies: [
        "JSON", "Platform", "FlatBuffers", "TFLite", "Compression", "OpSet", "Interpreter",
        "Optimizer",
      ]),
    .target(
      name: "OptimizeCLI",
      dependencies: [
        "JSON", "Platform", "FlatBuffers", "TFLite", "OpSet", "Interpreter", "Samples",
        "Calibration", "Optimizer", "Report",
      ]),
    .executableTarget(
      name: "allocation-probe", dependencies: ["Interpreter", "Platform", "TFLite"],
      path: "Tests/AllocationProbe", swiftSettings: hot,
      linkerSettings: [.unsafeFlags(counted, .when(platforms: [.linux]))]),
    .testTarget(
      name: "CalibrationTests",
      dependencies: ["Calibration", "Interpreter", "OpSet", "Platform", "TFLite"]),
    .testTarget(name: "CompressionTests", dependencies: ["Compression"], exclude: ["Vectors"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "FlatBuffers", "OptimizeCLI", "Optimizer", "Platform", "Report", "Samples", "TFLite",
      ], exclude: ["Snapshots"]),
    .testTarget(name: "FlatBuffersTests", dependencies: ["FlatBuffers"], exclude: ["Vectors"]),
    .testTarget(
      name: "InterpreterTests",
      dependencies: ["Interpreter", "KernelTable", "OpSet", "Platform", "Samples", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(
      name: "KernelsTests", dependencies: ["KernelTable", "Kernels", "OpSet"], exclude: ["Vectors"]),
    .testTarget(
      name: "MutationTests",
      dependencies: ["FlatBuffers", "Optimizer", "Platform", "Report", "TFLite"]),
    .testTarget(
      name: "OptimizerTests",
      dependencies: [
        "Calibration", "FlatBuffers", "Interpreter", "Kernels", "OpSet", "Optimizer", "Platform",
        "TFLite",
      ], exclude: ["Vectors"]),
    .testTarget(name: "PlatformTests", dependencies: ["Platform"]),
    .testTarget(name: "ReportTests", dependencies: ["Report", "TFLite"]),
    .testTarget(
      name: "SamplesTests", dependencies: ["Platform", "Samples", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "TFLiteTests", dependencies: ["Compression", "FlatBuffers", "Platform", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "OpSetTests", dependencies: ["OpSet", "TFLite", "Platform"], exclude: ["Golden"]),
    .executableTarget(name: "optimize", dependencies: ["OptimizeCLI", "Platform"]),
  ]
)
