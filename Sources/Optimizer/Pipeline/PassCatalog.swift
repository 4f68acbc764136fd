/// All passes, in the order in which a pipeline can run them.
package enum PassCatalog {
  package static let all: [any Pass.Type] = [
    FoldConstants.self,
    Prune.self,
    Cluster.self,
    Float16.self,
    DynamicRange.self,
    LiftIntegers.self,
    StaticInteger.self,
    RestoreConstants.self,
    EncodeSparse.self,
    UpdateVersions.self,
    RemoveUnused.self,
  ]
}
