// swift-tools-version: 6.2
import PackageDescription

// A program that uses the package as others do. `make examples` runs it.
let package = Package(
  name: "LibraryExamples",
  dependencies: [.package(name: "optimize", path: "../..")],
  targets: [
    .testTarget(
      name: "LibraryExamples",
      dependencies: [.product(name: "TFLiteOptimizer", package: "optimize")], path: "Tests")
  ]
)
