package io.ostraka.shardkv.session;

/** What the session table says of a write before it runs. */
public sealed interface Admission {

    /** It never ran, and may run now. */
    record Run() implements Admission {

        /** The only one. */
        static final Run INSTANCE = new Run();
    }

    /**
     * It was decided before; that stands.
     *
     * @param outcome what became of it
     */
    record Decided(WriteOutcome outcome) implements Admission {}

    /**
     * It may not run.
     *
     * @param reason why
     */
    record Refused(Reason reason) implements Admission {}

    /** Why a write may not run. */
    enum Reason {
        /** Its T0 is at or below what the table still remembers. */
        SESSION_EXPIRED,
        /** It has no T0, or one too far ahead; this says nothing of other attempts. */
        TIME_NEEDED,
        /** Its session has declared it answered. */
        NO_LONGER_KNOWN,
        /** The table is full of writes too young to forget. */
        OVERLOADED,
        /** Its numbers contradict each other. */
        INVALID
    }
}
