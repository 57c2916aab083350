/**
 * What anybody needs to check the registry's log, or another one of its kind (RFC 9162, C2SP tlog-tiles, signed-note and
 * tlog-checkpoint): proofs, tiles, signed checkpoints. Nothing here asks anybody.
 */
export {
  type Checkpoint,
  type CheckpointTrust,
  parseCheckpoint,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from '../log/checkpoint.ts';
export { LogError, type LogErrorCode } from '../log/log-error.ts';
export {
  type ConsistencyClaim,
  emptyRoot,
  HASH_BYTES,
  type InclusionClaim,
  leafHash,
  nodeHash,
  rootOfInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../log/merkle.ts';
export { consistencyProof, inclusionProof, type NodeId, type ReadHashes, treeRoot } from '../log/merkle-proof.ts';
export { buildMerkleTree, type MerkleTree } from '../log/merkle-tree.ts';
export { type NoteAlgorithm, type NoteKey, parseVerifierKey } from '../log/note.ts';
export {
  bundleRange,
  MAX_ENTRY_BYTES,
  parseTilePath,
  TILE_WIDTH,
  type TileAddress,
  tileIsComplete,
  tileNodes,
  tilePath,
} from '../log/tiles.ts';
