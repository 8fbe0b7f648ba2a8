package io.ostraka.it.system;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived at one side of a call: messages are handed on as far as they were asked for, the end of the call
 * behind all of them. Also counts, for the other direction, what the peer has not taken yet.
 */
final class Inbox {

    private final Deque<byte[]> messages = new ArrayDeque<>();
    private final Receiver receiver;
    private long asked;
    private @Nullable Runnable end;
    private boolean delivering;

    /** Takes one message. */
    interface Receiver {
        void receive(byte[] message);
    }

    Inbox(Receiver receiver) {
        this.receiver = receiver;
    }

    void ask(int count) {
        asked += count;
        deliver();
    }

    void arrived(byte[] message) {
        messages.add(message);
        deliver();
    }

    /** Nothing comes after what has arrived. */
    void ended(Runnable then) {
        end = then;
        deliver();
    }

    void drop() {
        messages.clear();
        end = null;
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** Not from within itself: a receiver that asks for more gets it after it has returned. */
    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        try {
            while (asked > 0 && !messages.isEmpty()) {
                asked--;
                receiver.receive(messages.remove());
            }
            Runnable last = end;
            if (last != null && messages.isEmpty()) {
                end = null;
                last.run();
            }
        } finally {
            delivering = false;
        }
    }
}
