package io.ostraka.shardkv.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.raft.core.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises; run against each implementation. */
abstract class KvStoreContract {

    protected KvStore store;

    /** Opens the store of this test, again with what it held if it was open before. */
    protected abstract KvStore open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void aKeyHasTheValueLastPut() {
        store.write(new StoreBatch().put(b("a"), b("1")).put(b("a"), b("2")));

        assertThat(store.get(b("a"))).isEqualTo(b("2"));
        assertThat(store.get(b("b"))).isNull();
    }

    @Test
    void anEmptyValueIsNotAnAbsentOne() {
        store.write(new StoreBatch().put(b("a"), Bytes.EMPTY));

        assertThat(store.get(b("a"))).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void aKeyOrValueOfAnyLengthComesBackWhole() {
        int[] lengths = {1, 127, 128, 4_096, 16_383, 16_384, 2_097_151, 2_097_152};
        StoreBatch batch = new StoreBatch();
        for (int length : lengths) {
            batch.put(filled(Math.min(length, 4_096), (byte) 'k'), filled(length, (byte) length));
        }
        batch.delete(filled(128, (byte) 'k'));
        store.write(batch);

        assertThat(store.get(filled(127, (byte) 'k'))).isEqualTo(filled(127, (byte) 127));
        assertThat(store.get(filled(128, (byte) 'k'))).isNull();
        assertThat(store.get(filled(4_096, (byte) 'k'))).isEqualTo(filled(2_097_152, (byte) 2_097_152));
        store.write(batch.put(b("k"), filled(16_384, (byte) 7)));
        assertThat(store.get(b("k"))).isEqualTo(filled(16_384, (byte) 7));
    }

    private static Bytes filled(int length, byte with) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, with);
        return Bytes.wrap(bytes);
    }

    @Test
    void aDeletedKeyHasNoValue() {
        store.write(new StoreBatch().put(b("a"), b("1")));
        store.write(new StoreBatch().delete(b("a")).delete(b("never there")));

        assertThat(store.get(b("a"))).isNull();
    }

    @Test
    void changesOfABatchTakeEffectInTheirOrder() {
        store.write(new StoreBatch().put(b("a"), b("1")).put(b("b"), b("1")));
        store.write(
                new StoreBatch().put(b("c"), b("1")).deleteRange(b("a"), b("z")).put(b("b"), b("2")));

        assertThat(keys(store.scan(b("a"), b("z")))).containsExactly("b=2");
    }

    @Test
    void aScanStaysInsideItsRangeAndIsInUnsignedOrder() {
        Bytes high = Bytes.copyOf(new byte[] {'b', (byte) 0xff});
        store.write(new StoreBatch()
                .put(b("a"), b("1"))
                .put(b("b"), b("2"))
                .put(high, b("3"))
                .put(b("bz"), b("4"))
                .put(b("c"), b("5")));

        List<Bytes> found = new ArrayList<>();
        try (KvCursor cursor = store.scan(b("b"), b("c"))) {
            while (cursor.next()) {
                found.add(cursor.key());
            }
            assertThat(cursor.next()).isFalse();
        }
        assertThat(found).containsExactly(b("b"), b("bz"), high);
    }

    @Test
    void d1DeletingOneShardLeavesTheShardsBesideIt() {
        for (int shard = 0; shard < 12; shard++) {
            store.write(new StoreBatch().put(shardKey(shard, "k"), b("v" + shard)));
        }

        store.write(new StoreBatch().deleteRange(shardKey(3, ""), shardKey(4, "")));

        for (int shard = 0; shard < 12; shard++) {
            assertThat(store.get(shardKey(shard, "k"))).isEqualTo(shard == 3 ? null : b("v" + shard));
        }
    }

    @Test
    void d1AScanOfOneShardSeesNoKeyOfAnother() {
        for (int shard = 0; shard < 12; shard++) {
            store.write(new StoreBatch().put(shardKey(shard, "k"), b("v" + shard)));
        }

        assertThat(keys(store.scan(shardKey(5, ""), shardKey(6, "")))).hasSize(1);
    }

    @Test
    void anEmptyRangeIsLegalAndAReversedOneIsNot() {
        store.write(new StoreBatch().put(b("a"), b("1")).deleteRange(b("a"), b("a")));

        assertThat(keys(store.scan(b("a"), b("a")))).isEmpty();
        assertThat(store.get(b("a"))).isEqualTo(b("1"));
        assertThatThrownBy(() -> store.scan(b("b"), b("a"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StoreBatch().deleteRange(b("b"), b("a")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSnapshotKeepsItsMoment() {
        store.write(new StoreBatch().put(b("a"), b("1")).put(b("b"), b("1")));
        try (KvSnapshot snapshot = store.snapshot()) {
            store.write(new StoreBatch().put(b("a"), b("2")).deleteRange(b("b"), b("c")));
            store.flush();

            assertThat(snapshot.get(b("a"))).isEqualTo(b("1"));
            assertThat(keys(snapshot.scan(b("a"), b("z")))).containsExactly("a=1", "b=1");
        }
        assertThat(keys(store.scan(b("a"), b("z")))).containsExactly("a=2");
    }

    @Test
    void aCursorKeepsTheMomentOfItsScan() {
        store.write(new StoreBatch().put(b("a"), b("1")).put(b("b"), b("1")));
        try (KvCursor cursor = store.scan(b("a"), b("z"))) {
            store.write(new StoreBatch().put(b("a"), b("2")).delete(b("b")));

            assertThat(cursor.next()).isTrue();
            assertThat(cursor.value()).isEqualTo(b("1"));
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).isEqualTo(b("b"));
        }
    }

    @Test
    void aCursorOnNoKeyAnswersNothing() {
        try (KvCursor cursor = store.scan(b("a"), b("z"))) {
            assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
            assertThat(cursor.next()).isFalse();
            assertThatThrownBy(cursor::value).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatWasClosedIsThereWhenOpenedAgain() {
        store.write(new StoreBatch().put(b("a"), b("1")));
        store.close();

        store = open();

        assertThat(store.get(b("a"))).isEqualTo(b("1"));
    }

    @Test
    void d21AClosedStoreRefusesEveryCall() {
        store.close();

        assertThatThrownBy(() -> store.get(b("a"))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.write(new StoreBatch().put(b("a"), b("1"))))
                .isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.scan(b("a"), b("b"))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.snapshot()).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.flush()).isInstanceOf(StoreException.class);
        store.close();
    }

    @Test
    void aSizeIsKnownWithoutAScan() {
        StoreBatch batch = new StoreBatch();
        for (int i = 0; i < 2000; i++) {
            batch.put(b("k%05d".formatted(i)), Bytes.wrap(new byte[1000]));
        }
        store.write(batch);
        store.flush();

        assertThat(store.approximateSize(b("x"), b("y"))).isZero();
        assertThat(store.approximateSize(b("k"), b("l"))).isPositive();
        assertThat(store.diskBytes()).isPositive();
    }

    @Test
    void aClearedBatchIsEmpty() {
        StoreBatch batch = new StoreBatch().put(b("a"), b("12"));
        assertThat(batch.byteSize()).isEqualTo(3);

        batch.clear();

        assertThat(batch.isEmpty()).isTrue();
        assertThat(batch.byteSize()).isZero();
        store.write(batch);
        assertThat(store.get(b("a"))).isNull();
    }

    static Bytes b(String text) {
        return Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Bytes shardKey(int shard, String key) {
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[2 + text.length];
        bytes[1] = (byte) shard;
        System.arraycopy(text, 0, bytes, 2, text.length);
        return Bytes.wrap(bytes);
    }

    private static List<String> keys(KvCursor opened) {
        List<String> found = new ArrayList<>();
        try (opened) {
            while (opened.next()) {
                found.add(text(opened.key()) + "=" + text(opened.value()));
            }
        }
        return found;
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }
}
