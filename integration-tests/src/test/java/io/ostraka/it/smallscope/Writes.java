package io.ostraka.it.smallscope;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.SessionOptions;
import java.util.List;

/**
 * The two writes of the search: one adds to a key that is absent, the other deletes a key that is there; where sources
 * copy while they serve, the one that the first has made, once it has. Both are repeated for ever, at every group, as
 * their client may never have got an answer.
 */
final class Writes {

    /** How many there are. */
    static final int COUNT = 2;

    /** The keys that they write. */
    static final List<Bytes> KEYS = List.of(Bytes.utf8("a"), Bytes.utf8("d"));

    /** Log time after the one long step that it makes where time passes. */
    static final long LATE_MILLIS = 10;

    /** A write is forgotten within that step. */
    static final SessionOptions SHORT_MEMORY = new SessionOptions(5, 100, 1, 2 * LATE_MILLIS);

    private static final SessionId BEFORE = new SessionId(0, 1);
    private static final SessionId ONE = new SessionId(1, 1);
    private static final SessionId OTHER = new SessionId(2, 1);
    private static final int VALUE_BYTES_MAX = 100;

    private Writes() {}

    /** What was written before: the key that the second write deletes in most scopes. */
    static Command before() {
        return batch(BEFORE, 1, 1, new WriteOp.Put(KEYS.get(1), Bytes.utf8("there"), 0));
    }

    /** The write of this number, 0 or 1. */
    static Command write(int number, Scope scope) {
        if (number == 0) {
            return batch(ONE, 1, 1, new WriteOp.Append(KEYS.get(0), Bytes.utf8("added")));
        }
        WriteOp delete = new WriteOp.Delete(deleted(scope));
        // The other client knows the late time.
        return scope.has(Scope.Kind.TIME) ? batch(OTHER, 1, LATE_MILLIS, delete) : batch(ONE, 2, 1, delete);
    }

    /** The key that the second write deletes. */
    static Bytes deleted(Scope scope) {
        return KEYS.get(scope.has(Scope.Kind.COPIES_WHILE_SERVING) ? 0 : 1);
    }

    /** Whether the write may be sent when these are done. */
    static boolean isSent(int number, int done, Scope scope) {
        return number == 0 || (done & 1) != 0 || !scope.has(Scope.Kind.COPIES_WHILE_SERVING);
    }

    /** The write in words. */
    static String tell(int number, Scope scope) {
        return number == 0 ? "append 'added' to a" : "delete " + deleted(scope).toUtf8();
    }

    /** What the keys hold once exactly these writes were done, as {@link Groups#content} puts it. */
    static String content(int done, Scope scope) {
        boolean deleted = (done & 2) != 0;
        boolean other = deleted(scope).equals(KEYS.get(1));
        String first = (done & 1) != 0 && (other || !deleted) ? "added" : "-";
        return first + " " + (deleted && other ? "-" : "there") + " ";
    }

    /** Whether the key that the second write has deleted is there. */
    static boolean hasComeBack(String content, int done, Scope scope) {
        return (done & 2) != 0
                && (deleted(scope).equals(KEYS.get(0)) ? content.startsWith("added") : content.endsWith("there "));
    }

    private static Command batch(SessionId session, long number, long t0Millis, WriteOp op) {
        return new Command.WriteBatch(VALUE_BYTES_MAX, List.of(new ClientWrite(session, number, 1, t0Millis, 0, op)));
    }
}
