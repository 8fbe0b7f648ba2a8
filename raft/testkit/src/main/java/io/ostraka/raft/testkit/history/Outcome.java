package io.ostraka.raft.testkit.history;

/** How a call ended, as far as its client knows. */
public sealed interface Outcome<R> {

    /** It took effect between its call and {@code atNanos}, once, with this result. */
    record Returned<R>(R result, long atNanos) implements Outcome<R> {
        @Override
        public String toString() {
            return result.toString();
        }
    }

    /** Nobody knows: it may take effect at any time after its call, once, or never. So does one that still runs. */
    record Unknown<R>() implements Outcome<R> {
        @Override
        public String toString() {
            return "unknown";
        }
    }

    /** It certainly had no effect and will have none. */
    record NotApplied<R>() implements Outcome<R> {
        @Override
        public String toString() {
            return "not applied";
        }
    }
}
