package io.ostraka.shardkv.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryKvStoreTest extends KvStoreContract {

    private @Nullable MemoryKvStore before;

    @Override
    protected KvStore open() {
        before = before == null ? new MemoryKvStore() : before.reopened();
        return before;
    }

    @Test
    void aCrashLosesWhatNoFlushCovered() {
        MemoryKvStore memory = new MemoryKvStore();
        memory.write(new StoreBatch().put(b("a"), b("1")));
        memory.flush();
        memory.write(new StoreBatch().put(b("a"), b("2")).put(b("b"), b("2")));

        MemoryKvStore after = memory.crash(0);

        assertThat(after.get(b("a"))).isEqualTo(b("1"));
        assertThat(after.get(b("b"))).isNull();
    }

    @Test
    void aCrashMayKeepAPrefixOfTheUnflushedBatchesButNeverHalfOfOne() {
        MemoryKvStore memory = new MemoryKvStore();
        memory.write(new StoreBatch().put(b("a"), b("1")).put(b("b"), b("1")));
        memory.write(new StoreBatch().put(b("a"), b("2")).delete(b("b")));
        assertThat(memory.unflushedBatches()).isEqualTo(2);

        MemoryKvStore after = memory.crash(1);

        assertThat(after.get(b("a"))).isEqualTo(b("1"));
        assertThat(after.get(b("b"))).isEqualTo(b("1"));
        assertThat(after.unflushedBatches()).isZero();
    }
}
