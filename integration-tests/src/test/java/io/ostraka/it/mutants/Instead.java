package io.ostraka.it.mutants;

import io.ostraka.raft.core.Bytes;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.runtime.storage.DiskFile;
import io.ostraka.shardctrler.balance.Balancer;
import io.ostraka.shardkv.shard.ShardState;
import io.ostraka.shardkv.store.StoreBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** What changed code calls instead of what it should call; each method stands for the one of its name. */
public final class Instead {

    private static final int KIND_AT = 12;
    private static final int SESSION_HEAD = 0x20;
    private static final int SESSION_ROW = 0x21;
    private static final int SHARD_AREA_AT = 9;

    private static final AtomicInteger ASKED = new AtomicInteger();

    private Instead() {}

    /** Leaves out the rows of sessions. */
    public static StoreBatch put(StoreBatch batch, Bytes key, Bytes value) {
        boolean ofShard = key.size() > KIND_AT && key.byteAt(SHARD_AREA_AT) == 1;
        boolean ofSession = ofShard && (key.byteAt(KIND_AT) == SESSION_HEAD || key.byteAt(KIND_AT) == SESSION_ROW);
        return ofSession ? batch : batch.put(key, value);
    }

    /** Leaves out all but the first. */
    public static <K, V> Set<Map.Entry<K, V>> entrySet(Map<K, V> all) {
        return all.isEmpty() ? Set.of() : Set.of(all.entrySet().iterator().next());
    }

    /** Leaves out the first. */
    public static <T> Iterator<T> iterator(List<T> all) {
        return all.subList(Math.min(1, all.size()), all.size()).iterator();
    }

    /** A frozen copy is served, too. */
    public static long servingEpoch(ShardState state) {
        return state instanceof ShardState.Frozen frozen ? frozen.epoch() : state.servingEpoch();
    }

    /** Gives everybody something else, each time. */
    public static List<Integer> balance(List<Integer> weights, List<Balancer.Place> places) {
        List<Integer> honest = new ArrayList<>(Balancer.balance(weights, places));
        Collections.rotate(honest, ASKED.incrementAndGet());
        return honest;
    }

    /** Takes a failure for a success. */
    public static void force(DiskFile file) {
        try {
            file.force();
        } catch (DiskException _) {
            // That is the mistake.
        }
    }
}
