package io.ostraka.shardkv.session;

import io.ostraka.shardkv.command.SessionId;

/** Where a table's rows are kept, in the same atomic batch as the shard's data. */
public interface SessionRows {

    /** Sets the session's head. */
    void putHead(SessionId session, SessionHead head);

    /** Sets the row of a slot, which is the write's number modulo the window. */
    void putRow(SessionId session, int slot, SessionRow row);

    /** Removes the session's head. */
    void deleteHead(SessionId session);

    /** Removes the row of a slot. */
    void deleteRow(SessionId session, int slot);
}
