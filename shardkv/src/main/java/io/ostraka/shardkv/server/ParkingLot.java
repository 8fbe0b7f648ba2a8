package io.ostraka.shardkv.server;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Requests that wait for a shard which is about to arrive: bounded in number and in time. They are tried again every
 * few milliseconds, on the control loop, while there are any. Thread-safe.
 */
final class ParkingLot {

    private static final long RETRY_MILLIS = 10;

    /** One request that waits. */
    interface Parked {

        /** Tries again; may park itself anew with the deadline that it had. */
        void again(long deadlineNanos);
    }

    private record Place(Parked request, long deadlineNanos) {}

    private final TaskLoop loop;
    private final LongSupplier nanoTime;
    private final int placesMax;
    private final Queue<Place> places = new ConcurrentLinkedQueue<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    ParkingLot(TaskLoop loop, LongSupplier nanoTime, int placesMax) {
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.placesMax = placesMax;
    }

    /** Until when a request may wait that its caller gives {@code millis}. */
    long deadlineNanos(long millis) {
        return nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Takes a request in; false if there is no place left or its time is over. */
    boolean park(Parked request, long deadlineNanos) {
        if (deadlineNanos - nanoTime.getAsLong() <= 0) {
            return false;
        }
        if (taken.incrementAndGet() > placesMax) {
            taken.decrementAndGet();
            return false;
        }
        places.add(new Place(request, deadlineNanos));
        scheduleTurn();
        return true;
    }

    private void scheduleTurn() {
        if (scheduled.compareAndSet(false, true)) {
            loop.schedule(this::turn, RETRY_MILLIS);
        }
    }

    private void turn() {
        scheduled.set(false);
        ArrayDeque<Place> waiting = new ArrayDeque<>();
        for (Place place = places.poll(); place != null; place = places.poll()) {
            waiting.add(place);
        }
        taken.addAndGet(-waiting.size());
        for (Place place : waiting) {
            place.request().again(place.deadlineNanos());
        }
    }
}
