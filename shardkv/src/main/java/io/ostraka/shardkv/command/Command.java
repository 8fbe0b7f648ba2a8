package io.ostraka.shardkv.command;

import io.ostraka.proto.Feature;
import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.GroupId;
import io.ostraka.raft.core.ReplicaId;
import java.util.List;
import java.util.Optional;

/** What the log of a group can say. Each case states when apply heeds it; otherwise it changes nothing and says why. */
public sealed interface Command {

    /**
     * The feature without which a replica cannot apply the command, if it came after the first version. A configuration
     * is written in the form that its own level allows.
     */
    default Optional<Feature> feature() {
        return switch (this) {
            case WriteBatch ignored -> Optional.empty();
            case ConfigUpdate ignored -> Optional.empty();
            case Tick ignored -> Optional.empty();
            case CreateShard ignored -> Optional.empty();
            case PurgeExpired ignored -> Optional.empty();
            case TakeDigest ignored -> Optional.empty();
            case Quarantine ignored -> Optional.empty();
            case RecoverShard ignored -> Optional.of(Feature.RECOVERY);
            case HandOverStep ignored -> Optional.empty();
        };
    }

    /** A step of a hand-over, which names it in full. */
    sealed interface HandOverStep extends Command {

        /** The hand-over that the step belongs to. */
        ExportName name();
    }

    /**
     * Writes of clients, proposed together.
     *
     * @param valueBytesMax the largest value that the proposer's cluster takes; in the entry, so that all replicas
     *     agree
     */
    record WriteBatch(int valueBytesMax, List<ClientWrite> writes) implements Command {

        /** Keeps its own copy. */
        public WriteBatch {
            writes = List.copyOf(writes);
        }
    }

    /**
     * The next configuration. A delta is heeded only if it extends exactly the configuration that the group holds; a
     * full one if its revision is higher.
     *
     * @param revision its number among all changes
     * @param num its number among the desired maps
     * @param full whether {@code shards} and {@code groups} are everything, or only what changed
     * @param previousHash the hash of the configuration that a delta extends; empty if full
     * @param hash the chain's hash at {@code revision}
     * @param featureLevel what every node of the cluster knows from this revision on
     * @param shards rows, sorted by shard
     * @param groups rows, sorted by group
     * @param removedGroups identities that are gone; empty if full
     */
    record ConfigUpdate(
            long revision,
            long num,
            boolean full,
            Bytes previousHash,
            Bytes hash,
            int featureLevel,
            List<ShardPlan> shards,
            List<GroupPlan> groups,
            List<GroupId> removedGroups)
            implements Command {

        /** Keeps its own copies. */
        public ConfigUpdate {
            shards = List.copyOf(shards);
            groups = List.copyOf(groups);
            removedGroups = List.copyOf(removedGroups);
        }
    }

    /** Moves log time on, and does nothing else; appended when something falls due. */
    record Tick() implements Command {}

    /**
     * Birth: creates a shard empty at epoch 1. Heeded if the group's own configuration names it as owner at epoch 1,
     * and the group never held any epoch of the shard.
     */
    record CreateShard(int shard) implements Command {}

    /**
     * Goes on with a shard whose group was given up for dead. Heeded if the group's own configuration names it for
     * that, at this epoch, which is above any that the group saw of the shard: from the copy that it froze for a group
     * that is gone or retired, or empty, as the configuration says.
     */
    record RecoverShard(int shard, long epoch) implements Command {}

    /**
     * Starts to import. Heeded only in {@code ABSENT}, and if the group's own configuration names it as target and the
     * source as owner at exactly that epoch. Clears whatever the group holds of the shard.
     */
    record BeginImport(ExportName name) implements HandOverStep {}

    /**
     * Starts to export. Heeded only if the group serves exactly that epoch, its own configuration names the importer as
     * target, and the id was not cancelled.
     */
    record BeginExport(ExportName name) implements HandOverStep {}

    /** Items of the shard for an importer's log; an item replaces only an older one. */
    record ImportChunk(ExportName name, Span span, List<ShardItem> items) implements HandOverStep {

        /** Keeps its own copy. */
        public ImportChunk {
            items = List.copyOf(items);
        }
    }

    /** What part of the shard a chunk covers. */
    sealed interface Span {

        /**
         * Part of the base: the items after {@code afterKey}, in key order without gaps. Heeded only if that is the
         * last key logged.
         *
         * @param last whether the base ends with this chunk
         * @param snapshotRevision the shard's revision in the snapshot that the chunk was read from
         */
        record Base(Bytes afterKey, boolean last, long snapshotRevision) implements Span {}

        /** All changes above {@code fromRevision}, up to {@code toRevision}. */
        record Round(long fromRevision, long toRevision) implements Span {}
    }

    /** Ends the source's service for good. Heeded only in {@code EXPORTING} of exactly this hand-over. */
    record Freeze(ExportName name) implements HandOverStep {}

    /** Takes an attempt back before its freeze, or forbids one that was never seen. */
    record CancelExport(ExportName name) implements HandOverStep {}

    /**
     * The importer gives up and is {@code ABSENT} again.
     *
     * @param proof why the source can never freeze for this attempt
     */
    record ForgetImport(ExportName name, ForgetProof proof) implements HandOverStep {}

    /** Why an importer may forget. */
    enum ForgetProof {
        /** The source has logged {@code CancelExport} of this attempt. */
        SOURCE_CANCELLED,
        /** The importer's own configuration, at apply, no longer knows the source's identity. */
        SOURCE_GONE
    }

    /**
     * The last round and the activation. Heeded only in {@code IMPORTING} of exactly this hand-over, with the base
     * complete and the digests equal.
     *
     * @param fromRevision the items are all changes above it; heeded only if everything up to it is logged
     * @param items empty when the copy was taken from the frozen shard
     * @param revision the shard's revision at the freeze
     * @param shardTimeMillis the shard's time at the freeze, where it continues
     * @param floorMillis the floor of the sessions' table
     * @param digest the source's digest over all items at the freeze
     */
    record Activate(
            ExportName name,
            long fromRevision,
            List<ShardItem> items,
            long revision,
            long shardTimeMillis,
            long floorMillis,
            Digest digest)
            implements HandOverStep {

        /** Keeps its own copy. */
        public Activate {
            items = List.copyOf(items);
        }
    }

    /** Deletes the frozen copy. Heeded only in {@code FROZEN} of exactly this hand-over; the importer has activated. */
    record CleanUp(ExportName name) implements HandOverStep {}

    /** Deletes keys of a served shard whose expiry has passed in shard time, at most {@code keysMax} of them. */
    record PurgeExpired(int shard, int keysMax) implements Command {}

    /**
     * Changes nothing: each replica pins its store as it is after this entry, and digests the shard in it, in its own
     * time. Digests of one such entry are equal, or a store is not what it should be.
     */
    record TakeDigest(int shard) implements Command {}

    /**
     * A replica's digest of {@link TakeDigest} differed from that of a majority. It takes nothing after this entry
     * until a snapshot has replaced its state; the other replicas change nothing.
     *
     * @param replica whose state is not to be trusted
     * @param shard the shard that differed
     * @param digestIndex the entry of the digest
     */
    record Quarantine(ReplicaId replica, int shard, long digestIndex) implements Command {}
}
