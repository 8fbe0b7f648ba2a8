package io.ostraka.raft.testkit.history;

/** What the client of a {@link KvOperation} was told. A revision of 0 was not told, unless something else is said. */
public sealed interface KvResult {

    /** A write took effect and made this revision; for a delete it was not told whether there was something. */
    record Applied(long revision) implements KvResult {
        @Override
        public String toString() {
            return revision == 0 ? "ok" : "ok, revision " + revision;
        }
    }

    /** A delete took effect. */
    record Deleted(boolean existed, long revision) implements KvResult {
        @Override
        public String toString() {
            return (existed ? "deleted" : "nothing to delete") + (revision == 0 ? "" : ", revision " + revision);
        }
    }

    /** The condition of a compare-and-set did not hold: the key had this revision (0: it was absent). */
    record ConditionFailed(long revision) implements KvResult {
        @Override
        public String toString() {
            return "condition failed, " + (revision == 0 ? "absent" : "found revision " + revision);
        }
    }

    /** A get found this value. */
    record Found(String value, long revision) implements KvResult {
        @Override
        public String toString() {
            return KvText.quoted(value) + (revision == 0 ? "" : " at revision " + revision);
        }
    }

    /** A get found no value. */
    record Absent() implements KvResult {
        @Override
        public String toString() {
            return "absent";
        }
    }
}
