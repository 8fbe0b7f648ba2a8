package io.ostraka.raft.runtime.storage;

/** Bytes behind a valid checksum are no records that this version knows. */
final class MalformedRecordException extends Exception {

    private static final long serialVersionUID = 1;

    MalformedRecordException(String what) {
        super(what);
    }
}
