package io.ostraka.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors were computed by another implementation of murmur3_32, written from its description. */
class ShardHashTest {

    @ParameterizedTest
    @CsvSource({
        "a, 178, 8991",
        "hello, 71, 4447",
        "user1, 61, 7446",
        "ostraka, 197, 4168",
        "The quick brown fox jumps over the lazy dog, 35, 9039",
        "ὄστρακα, 200, 7089",
    })
    void shardIsMurmur3OfTheKeyModuloShards(String key, int of256, int of10007) {
        assertThat(ShardHash.shardOf(key.getBytes(UTF_8), 256)).isEqualTo(of256);
        assertThat(ShardHash.shardOf(ByteString.copyFromUtf8(key), 10_007)).isEqualTo(of10007);
    }

    @Test
    void keysNeedNotBeText() {
        assertThat(ShardHash.shardOf(new byte[] {(byte) 0xff, 0, (byte) 0xfe}, 10_007))
                .isEqualTo(5_243);
    }

    @Test
    void hashWithItsHighestBitSetIsReadAsUnsigned() {
        // murmur3_32("user1") is 0xc50b443d, negative as a Java int.
        assertThat(ShardHash.shardOf("user1".getBytes(UTF_8), 10_007)).isEqualTo(7_446);
    }

    @Test
    void emptyKeyHasAShard() {
        assertThat(ShardHash.shardOf(new byte[0], 256)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "{user1}:name, user1",
        "cart{user1}, user1",
        "{user1}{user2}, user1",
        "{{user1}}, {user1",
        "a}b{user1}, user1",
        "'{}user1', '{}user1'",
        "'{user1', '{user1'",
        "'user1}', 'user1}'",
        "'}{', '}{'",
        "'{}{user1}', '{}{user1}'",
    })
    void routingKeyIsTheFirstHashTagOrTheWholeKey(String key, String routingKey) {
        assertThat(ShardHash.routingKey(ByteString.copyFromUtf8(key)).toStringUtf8())
                .isEqualTo(routingKey);
    }

    @Test
    void keysOfOneTagShareAShard() {
        int shard = ShardHash.shardOf("user1".getBytes(UTF_8), Limits.SHARDS_MAX);

        assertThat(ShardHash.shardOf("{user1}:name".getBytes(UTF_8), Limits.SHARDS_MAX))
                .isEqualTo(shard);
        assertThat(ShardHash.shardOf("cart:{user1}".getBytes(UTF_8), Limits.SHARDS_MAX))
                .isEqualTo(shard);
    }

    /** Regression for eRaft's D14: the first byte decided, so all keys of one prefix lived in one shard. */
    @Test
    void keysOfOnePrefixSpreadOverAllShards() {
        int[] keys = new int[256];
        for (int i = 0; i < 256 * 100; i++) {
            keys[ShardHash.shardOf(("user:" + i).getBytes(UTF_8), 256)]++;
        }

        assertThat(Arrays.stream(keys).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(50, 160));
    }

    @Test
    void bufferIsReadFromItsPositionAndNotConsumed() {
        ByteBuffer key = ByteBuffer.wrap("..user:1".getBytes(UTF_8)).position(2);

        assertThat(ShardHash.shardOf(key, 256)).isEqualTo(ShardHash.shardOf("user:1".getBytes(UTF_8), 256));
        assertThat(key.remaining()).isEqualTo(6);
    }

    @Test
    void numberOfShardsOutOfRangeIsRefused() {
        assertThatThrownBy(() -> ShardHash.shardOf(new byte[] {1}, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ShardHash.shardOf(new byte[] {1}, Limits.SHARDS_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
