package io.ostraka.shardkv.shard;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.core.ReplicaId;
import io.ostraka.shardkv.command.Encoder;
import io.ostraka.shardkv.command.ExportId;
import io.ostraka.shardkv.command.SessionId;

/**
 * Where a replica's rows are in the node's store.
 *
 * <pre>
 * replica (8) | 0                                       which generation is live
 * replica (8) | generation (1) | 0 | ...                the group: position, configuration, shard states
 * replica (8) | generation (1) | 1 | shard (2) | kind (1) | ...   one shard, one contiguous range
 * </pre>
 *
 * <p>There are two generations, 1 and 2: a snapshot is installed beside the live one, and one batch switches over.
 * Every range has a strict upper bound, made from its prefix.
 */
final class StoreKeys {

    /** Kind of a key's value. */
    static final int DATA = 0x10;

    /** Kind of a session's head; sorts before its rows. */
    static final int SESSION_HEAD = 0x20;

    /** Kind of a session's row. */
    static final int SESSION_ROW = 0x21;

    /** Past the kinds that travel when the shard moves. */
    static final int ITEMS_END = 0x22;

    /** Kind of the index by expiry; each group keeps its own. */
    static final int EXPIRY = 0x30;

    /** Kind of a deletion that an import keeps until activation. */
    static final int TOMBSTONE = 0x31;

    private static final int GENERATION_FIRST = 1;
    private static final int GENERATION_SECOND = 2;
    private static final int GENERATION_END = 3;
    private static final int GROUP_AREA = 0;
    private static final int SHARD_AREA = 1;
    private static final int APPLIED = 0;
    private static final int CONFIG = 1;
    private static final int CONFIG_SHARD = 2;
    private static final int SHARD = 3;
    private static final int CANCELLED = 4;
    private static final int QUARANTINE = 5;

    private final ReplicaId replica;
    private final int generation;

    StoreKeys(ReplicaId replica, int generation) {
        if (generation != GENERATION_FIRST && generation != GENERATION_SECOND) {
            throw new IllegalArgumentException("no generation " + generation);
        }
        this.replica = replica;
        this.generation = generation;
    }

    /** The row that says which generation is live. */
    static Bytes pointer(ReplicaId replica) {
        return replicaFrom(replica);
    }

    /** Where everything of a replica begins. */
    static Bytes replicaFrom(ReplicaId replica) {
        return new Encoder(9).u64(replica.value()).u8(0).finish();
    }

    /** Past everything of a replica. */
    static Bytes replicaTo(ReplicaId replica) {
        return new Encoder(9).u64(replica.value()).u8(GENERATION_END).finish();
    }

    int generation() {
        return generation;
    }

    /** The generation that is not this one. */
    StoreKeys other() {
        return new StoreKeys(replica, GENERATION_END - generation);
    }

    Bytes generationFrom() {
        return new Encoder(9).u64(replica.value()).u8(generation).finish();
    }

    Bytes generationTo() {
        return new Encoder(9).u64(replica.value()).u8(generation + 1).finish();
    }

    Bytes applied() {
        return group(APPLIED).finish();
    }

    Bytes config() {
        return group(CONFIG).finish();
    }

    Bytes configShard(int shard) {
        return group(CONFIG_SHARD).u16(shard).finish();
    }

    Bytes configShardsFrom() {
        return group(CONFIG_SHARD).finish();
    }

    Bytes configShardsTo() {
        return group(CONFIG_SHARD + 1).finish();
    }

    Bytes shard(int shard) {
        return group(SHARD).u16(shard).finish();
    }

    Bytes shardsFrom() {
        return group(SHARD).finish();
    }

    Bytes shardsTo() {
        return group(SHARD + 1).finish();
    }

    Bytes cancelled(int shard, ExportId id) {
        return group(CANCELLED).u16(shard).u64(id.high()).u64(id.low()).finish();
    }

    Bytes cancelledFrom(int shard) {
        return group(CANCELLED).u16(shard).finish();
    }

    Bytes cancelledTo(int shard) {
        return group(CANCELLED).u16(shard + 1).finish();
    }

    /** The row that says that the generation is not to be trusted. */
    Bytes quarantine() {
        return group(QUARANTINE).finish();
    }

    /** Where a shard begins. */
    Bytes shardFrom(int shard) {
        return inShard(shard).finish();
    }

    /** Past the shard, and not past the next one's first row. */
    Bytes shardTo(int shard) {
        return inShard(shard + 1).finish();
    }

    Bytes kindFrom(int shard, int kind) {
        return inShard(shard).u8(kind).finish();
    }

    Bytes kindTo(int shard, int kind) {
        return inShard(shard).u8(kind + 1).finish();
    }

    Bytes itemsFrom(int shard) {
        return kindFrom(shard, DATA);
    }

    Bytes itemsTo(int shard) {
        return kindFrom(shard, ITEMS_END);
    }

    /** A row of the shard by its key in the shard's range, which begins with the kind. */
    Bytes item(int shard, Bytes itemKey) {
        return inShard(shard).raw(itemKey).finish();
    }

    Bytes tombstone(int shard, Bytes itemKey) {
        return inShard(shard).u8(TOMBSTONE).raw(itemKey).finish();
    }

    Bytes expiry(int shard, long expiresAtMillis, Bytes key) {
        return inShard(shard).u8(EXPIRY).u64(expiresAtMillis).raw(key).finish();
    }

    /** The part of a store key of the shard that follows the shard's number. */
    static Bytes itemKeyOf(Bytes storeKey) {
        return storeKey.slice(12, storeKey.size());
    }

    /** The part of a store key that follows the generation. */
    static Bytes relativeOf(Bytes storeKey) {
        return storeKey.slice(9, storeKey.size());
    }

    /** The store key in this generation whose relative part is given. */
    Bytes absolute(Bytes relative) {
        return new Encoder(9 + relative.size())
                .u64(replica.value())
                .u8(generation)
                .raw(relative)
                .finish();
    }

    static Bytes dataItem(Bytes key) {
        return new Encoder(1 + key.size()).u8(DATA).raw(key).finish();
    }

    static Bytes sessionHeadItem(SessionId session) {
        return new Encoder(17)
                .u8(SESSION_HEAD)
                .u64(session.high())
                .u64(session.low())
                .finish();
    }

    static Bytes sessionRowItem(SessionId session, int slot) {
        return new Encoder(19)
                .u8(SESSION_ROW)
                .u64(session.high())
                .u64(session.low())
                .u16(slot)
                .finish();
    }

    private Encoder group(int table) {
        return new Encoder(32)
                .u64(replica.value())
                .u8(generation)
                .u8(GROUP_AREA)
                .u8(table);
    }

    private Encoder inShard(int shard) {
        return new Encoder(40)
                .u64(replica.value())
                .u8(generation)
                .u8(SHARD_AREA)
                .u16(shard);
    }
}
