package io.ostraka.it.scenarios.kv;

import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import java.util.List;
import java.util.random.RandomGenerator;

/** Calls of one client on keys that others use, too: half of them append, some put, the others read. */
final class RandomCalls implements BackgroundClient.Script {

    private static final double APPENDS = 0.5;
    private static final double PUTS_OF_THE_REST = 0.1;

    private final String client;
    private final List<String> keys;
    private final RandomGenerator random;
    private int number;

    RandomCalls(String client, List<String> keys, RandomGenerator random) {
        this.client = client;
        this.keys = keys;
        this.random = random;
    }

    @Override
    public KvOperation next() {
        String key = keys.get(random.nextInt(keys.size()));
        String value = "x " + client + " " + ++number + " y";
        if (random.nextDouble() < APPENDS) {
            return new KvOperation.Append(key, value);
        }
        return random.nextDouble() < PUTS_OF_THE_REST ? new KvOperation.Put(key, value) : new KvOperation.Get(key);
    }

    @Override
    public void ended(KvOperation operation, KvResult result) {
        // The history is judged in the end.
    }
}
