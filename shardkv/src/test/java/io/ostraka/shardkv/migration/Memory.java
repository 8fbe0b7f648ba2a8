package io.ostraka.shardkv.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Messages that were sent once and may come up again; of many, some at random. */
final class Memory<T> {

    private static final int MESSAGES_MAX = 400;

    private final List<T> messages = new ArrayList<>();
    private final SplittableRandom random;

    Memory(SplittableRandom random) {
        this.random = random;
    }

    void add(T message) {
        if (messages.size() < MESSAGES_MAX) {
            messages.add(message);
        } else {
            messages.set(random.nextInt(MESSAGES_MAX), message);
        }
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    T any() {
        return messages.get(random.nextInt(messages.size()));
    }
}
