package io.ostraka.examples;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.Swapped;
import io.ostraka.client.Write;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * A lease on a name: at most one holder at a time, freed when its time is over. The revision that acquiring returns
 * grows with every holder; pass it along, so that whatever is protected can refuse a holder whose time is over.
 */
public final class Lock {

    private final OstrakaClient client;
    private final Bytes name;

    /** The lock of this name. */
    public Lock(OstrakaClient client, String name) {
        this.client = client;
        this.name = Bytes.utf8(name);
    }

    /** Takes the lock if it is free; the number names this tenure. */
    public OptionalLong tryAcquire(String holder, Duration time) {
        Swapped taken = client.compareAndSet(new Write.CompareAndSet(name, 0, Bytes.utf8(holder), time.toMillis()));
        return taken.applied() ? OptionalLong.of(taken.revision()) : OptionalLong.empty();
    }

    /** Gives the lock back; false if this tenure was over already. */
    public boolean release(long tenure) {
        return client.compareAndSet(new Write.CompareAndSet(name, tenure, null, 0))
                .applied();
    }
}
