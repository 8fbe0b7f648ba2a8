package io.ostraka.server;

import java.util.logging.Level;
import java.util.logging.Logger;

/** What libraries report by a way of their own, past our log and on whatever thread they are on. */
final class LibraryLogs {

    /**
     * Where gRPC reports every name that cannot be resolved, with a stack trace, each time it is tried. Who opened the
     * connection reports it once and in one line; and the trace would be written on the thread of the Raft loop. Held
     * here, for the library of logs forgets the level of a logger that nobody holds.
     */
    private static final Logger CONNECTIONS = Logger.getLogger("io.grpc.internal.ManagedChannelImpl");

    private LibraryLogs() {}

    /** Leaves out what whoever uses the library reports as well. To be called once, when the program starts. */
    static void leaveOutWhatWeReport() {
        CONNECTIONS.setLevel(Level.SEVERE);
    }
}
