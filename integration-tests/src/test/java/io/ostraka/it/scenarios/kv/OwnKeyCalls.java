package io.ostraka.it.scenarios.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.random.RandomGenerator;

/** Calls of one client on a key of its own: it appends and reads, and knows what it must read. */
final class OwnKeyCalls implements BackgroundClient.Script {

    private final String key;
    private final RandomGenerator random;
    private final StringBuilder value = new StringBuilder();
    private boolean begun;
    private int appends;

    OwnKeyCalls(String key, RandomGenerator random) {
        this.key = key;
        this.random = random;
    }

    String key() {
        return key;
    }

    /** What the key must hold by now; to be asked once the client has stopped. */
    String value() {
        return value.toString();
    }

    @Override
    public KvOperation next() {
        if (!begun) {
            return new KvOperation.Put(key, "");
        }
        return random.nextBoolean()
                ? new KvOperation.Append(key, "x " + key + " " + appends + " y")
                : new KvOperation.Get(key);
    }

    @Override
    public void ended(KvOperation operation, KvResult result) {
        switch (operation) {
            case KvOperation.Put _ -> begun = true;
            case KvOperation.Append append -> {
                appends++;
                value.append(append.value());
            }
            default ->
                assertThat(StoreClerk.valueOf(result)).as("value of %s", key).isEqualTo(value.toString());
        }
    }
}
