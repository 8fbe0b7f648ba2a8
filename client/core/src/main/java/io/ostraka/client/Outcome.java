package io.ostraka.client;

/** What became of a write whose outcome was unknown. */
public sealed interface Outcome {

    /** It took effect, once, and made this revision. */
    record Applied(long revision) implements Outcome {}

    /** It ran, but its condition did not hold: nothing changed. {@code revision} is what it found (0: absent). */
    record ConditionFailed(long revision) implements Outcome {}

    /** It never ran and never will: asking has cancelled it. */
    record NotApplied() implements Outcome {}

    /** The cluster no longer knows: the record of it has been forgotten. Read the key to find out. */
    record NoLongerKnown() implements Outcome {}
}
