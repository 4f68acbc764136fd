// swift-tools-version: 6.2
import PackageDescription

// What depends on this package gets its unsafe flags too: SwiftPM takes them from dependencies by
// version whose tools version is 6.2 or newer.

/// Inner loops are optimised in debug builds too, or they would be a hundred times slower.
let hot: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The kernels once more for processors with AVX2 and FMA. Named after "Kernels", so that of equal
/// weak symbols the linker keeps the ones without AVX. Other targets than x86-64 ignore the flag.
let v3: [SwiftSetting] = [
  .define("V3"), .unsafeFlags(["-Xcc", "-Xarch_x86_64", "-Xcc", "-march=x86-64-v3"]),
]

/// Functions of the C library whose calls the tests' probe counts.
let counted =
  ["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"]
  .flatMap { ["-Xlinker", "--defsym=\($0)=counted_\($0)"] } + ["-Xlinker", "--export-dynamic"]

/// `make static` has a copy of this folder's file with the version that git says.
let shippedVersion = Context.environment["OPTIMIZE_VERSION_FOLDER"]
let isShipped = shippedVersion != nil

/// What only puts results together, and tests, are not worth minutes of optimisation in release
/// builds; without any, what `make static` ships would be a seventh larger.
let cold: [SwiftSetting] = [
  .unsafeFlags([isShipped ? "-Osize" : "-Onone"], .when(configuration: .release))
]

/// Smaller by .7 MB in what `make static` ships, and as fast but for pictures, which are read a fifth
/// slower. Not for kernels, compression and operators: their loops would be slower (models by a
/// twentieth, LSTMs by half).
let small: [SwiftSetting] = isShipped ? [.unsafeFlags(["-Osize"])] : []

let package = Package(
  name: "optimize",
  platforms: [.macOS(.v13)],
  products: [
    .executable(name: "optimize", targets: ["optimize"]),
    .library(name: "TFLiteOptimizer", targets: ["TFLiteOptimizer"]),
  ],
  targets: [
    .target(name: "ToolVersion", path: shippedVersion ?? "Sources/ToolVersion"),
    .target(name: "JSON", swiftSettings: hot + small),
    .target(
      name: "Platform", swiftSettings: [.enableExperimentalFeature("BuiltinModule")]),
    .target(name: "FlatBuffers", swiftSettings: hot + small),
    .target(name: "TFLite", dependencies: ["Platform", "FlatBuffers"], swiftSettings: hot + small),
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
      swiftSettings: hot + small),
    .target(
      name: "Samples",
      dependencies: ["Platform", "FlatBuffers", "TFLite", "Compression", "Kernels"],
      swiftSettings: hot + small),
    .target(
      name: "Evaluation",
      dependencies: [
        "JSON", "Platform", "TFLite", "KernelTable", "Kernels", "OpSet", "Interpreter", "Samples",
      ], swiftSettings: hot + small),
    .target(
      name: "LinearAlgebra",
      dependencies: ["Platform", "TFLite", "KernelTable", "OpSet", "Interpreter"],
      swiftSettings: hot + small),
    .target(
      name: "Training",
      dependencies: [
        "Platform", "TFLite", "KernelTable", "OpSet", "Interpreter", "Samples", "Evaluation",
      ], swiftSettings: hot + small),
    .target(
      name: "Targets", dependencies: ["FlatBuffers", "TFLite", "OpSet"], swiftSettings: cold),
    .target(
      name: "Optimizer",
      dependencies: [
        "Platform", "JSON", "FlatBuffers", "TFLite", "Compression", "KernelTable", "Kernels",
        "OpSet", "Interpreter", "Samples", "Evaluation", "LinearAlgebra", "Training", "Targets",
      ], swiftSettings: hot + small),
    .target(
      name: "Fixes",
      dependencies: [
        "TFLite", "OpSet", "Interpreter", "Samples", "Evaluation", "Targets", "Optimizer",
      ], swiftSettings: cold),
    .target(
      name: "Pipelines",
      dependencies: [
        "Platform", "FlatBuffers", "TFLite", "OpSet", "Interpreter", "Samples", "Evaluation",
        "Optimizer", "Fixes",
      ], swiftSettings: hot + small),
    .target(
      name: "Report",
      dependencies: [
        "JSON", "Platform", "FlatBuffers", "TFLite", "Compression", "OpSet", "Interpreter",
        "Evaluation", "Targets", "Optimizer", "Fixes",
      ], swiftSettings: cold),
    .target(
      name: "TFLiteOptimizer",
      dependencies: [
        "JSON", "Platform", "FlatBuffers", "TFLite", "OpSet", "Interpreter", "Samples",
        "Evaluation", "Targets", "Optimizer", "Fixes", "Pipelines", "Report", "ToolVersion",
      ], swiftSettings: cold),
    .target(
      name: "OptimizeCLI",
      dependencies: [
        "JSON", "Platform", "FlatBuffers", "TFLite", "OpSet", "Interpreter", "Samples",
        "Evaluation", "Targets", "Optimizer", "Fixes", "Pipelines", "Report", "TFLiteOptimizer",
      ], swiftSettings: cold),
    .executableTarget(
      name: "allocation-probe", dependencies: ["Interpreter", "Platform", "TFLite"],
      path: "Tests/AllocationProbe", swiftSettings: hot,
      linkerSettings: [.unsafeFlags(counted, .when(platforms: [.linux]))]),
    .target(
      name: "TestSupport", dependencies: ["Compression", "Platform", "TFLite"],
      path: "Tests/TestSupport"),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "Interpreter", "OpSet", "Platform", "Samples", "TestSupport", "TFLite",
      ]),
    .testTarget(
      name: "CompressionTests", dependencies: ["Compression", "Platform", "TestSupport"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "Compression", "Evaluation", "FlatBuffers", "OpSet", "OptimizeCLI", "Optimizer",
        "Pipelines", "Platform", "Report", "Samples", "Targets", "TestSupport", "TFLite",
        "TFLiteOptimizer",
      ], exclude: ["Snapshots"]),
    .testTarget(
      name: "FlatBuffersTests", dependencies: ["FlatBuffers", "Platform", "TestSupport"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "InterpreterTests",
      dependencies: [
        "Interpreter", "KernelTable", "OpSet", "Platform", "Samples", "TestSupport", "TFLite",
        "Training",
      ],
      exclude: ["Gradients", "MicroVectors", "Vectors"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["Kernels", "KernelTable", "OpSet", "Platform", "TestSupport"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "MutationTests",
      dependencies: [
        "FlatBuffers", "Optimizer", "Pipelines", "Platform", "Report", "TestSupport", "TFLite",
      ]),
    .testTarget(
      name: "OptimizerTests",
      dependencies: [
        "Evaluation", "Fixes", "FlatBuffers", "Interpreter", "Kernels", "LinearAlgebra", "OpSet",
        "Optimizer", "Pipelines", "Platform", "Samples", "Targets", "TestSupport", "TFLite",
        "Training",
      ], exclude: ["Vectors"]),
    .testTarget(name: "PlatformTests", dependencies: ["Platform"]),
    .testTarget(
      name: "ReportTests",
      dependencies: ["Evaluation", "Optimizer", "Platform", "Report", "TestSupport", "TFLite"]),
    .testTarget(
      name: "SamplesTests", dependencies: ["Platform", "Samples", "TestSupport", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "TargetsTests",
      dependencies: [
        "JSON", "OpSet", "Platform", "Samples", "Targets", "TestSupport", "TFLite",
      ], exclude: ["Vectors"]),
    .testTarget(
      name: "TFLiteTests",
      dependencies: ["Compression", "FlatBuffers", "Platform", "TestSupport", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "OpSetTests", dependencies: ["OpSet", "Platform", "TestSupport", "TFLite"],
      exclude: ["Golden"]),
    .executableTarget(name: "optimize", dependencies: ["OptimizeCLI", "Platform"]),
  ]
)

/// Tests see what is internal, in release builds too. `make static` ships a program without that.
/// Line numbers in traces would take a twentieth of a release build's time: debug builds have them.
let testable: [SwiftSetting] =
  isShipped ? [] : [.unsafeFlags(["-enable-testing", "-gnone"], .when(configuration: .release))]

for target in package.targets {
  // The program is a twelfth smaller without the engine for regular expressions.
  let settings =
    target.type == .test || target.name == "TestSupport"
    ? cold
    : testable + [
      .unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])
    ]
  target.swiftSettings = (target.swiftSettings ?? []) + settings
}
