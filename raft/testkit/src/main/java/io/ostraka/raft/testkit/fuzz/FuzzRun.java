package io.ostraka.raft.testkit.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One input at a time through a target, with the bounds that hold for every run. Time is the thread's own, so that a
 * busy machine changes nothing. Not thread-safe.
 */
final class FuzzRun {

    private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final FuzzTarget target;

    FuzzRun(FuzzTarget target) {
        this.target = target;
    }

    static FuzzTarget create(Class<? extends FuzzTarget> type) {
        try {
            Constructor<? extends FuzzTarget> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type + " cannot be created", e);
        }
    }

    /** How long this thread has run on a processor. */
    static long cpuNanos() {
        return THREAD.getCurrentThreadCpuTime();
    }

    /** Runs an input as it is; throws whatever is a finding. */
    String run(byte[] input) throws Exception {
        String bounds = "";
        // The first run of some code loads classes, which allocates: what is in the input shows again.
        for (int attempt = 0; attempt < 2; attempt++) {
            byte[] copy = input.clone();
            long bytesBefore = THREAD.getCurrentThreadAllocatedBytes();
            long nanosBefore = THREAD.getCurrentThreadCpuTime();
            String outcome = target.run(copy);
            long nanos = THREAD.getCurrentThreadCpuTime() - nanosBefore;
            long bytes = THREAD.getCurrentThreadAllocatedBytes() - bytesBefore;
            if (!Arrays.equals(copy, input)) {
                throw new AssertionError("the input was changed");
            }
            bounds = broken(input.length, nanos, bytes);
            if (bounds.isEmpty()) {
                return outcome;
            }
        }
        throw new AssertionError(bounds);
    }

    private String broken(int length, long nanos, long bytes) {
        long bytesMax = target.allocationMax(length);
        if (bytes > bytesMax) {
            return "it allocated " + bytes + " bytes, and may " + bytesMax + " for " + length + " bytes of input";
        }
        return nanos > NANOS_MAX ? "it took " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms" : "";
    }

    /** The same, but returns a finding, or null. */
    @Nullable
    Throwable findingOf(byte[] input) {
        try {
            run(input);
            return null;
        } catch (Throwable finding) {
            return finding;
        }
    }
}
