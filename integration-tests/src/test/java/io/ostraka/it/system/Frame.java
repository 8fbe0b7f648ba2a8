package io.ostraka.it.system;

import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** One message as bytes. Its length is known on both sides, which spares gRPC a buffer larger than most messages. */
final class Frame {

    private Frame() {}

    static byte[] bytes(InputStream message) {
        try (message) {
            if (!(message instanceof KnownLength)) {
                return message.readAllBytes();
            }
            byte[] bytes = new byte[message.available()];
            int read = message.readNBytes(bytes, 0, bytes.length);
            if (read != bytes.length || message.read() >= 0) {
                throw new IOException("a message of " + bytes.length + " bytes has another length");
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static InputStream stream(byte[] bytes) {
        return new Whole(bytes);
    }

    private static final class Whole extends ByteArrayInputStream implements KnownLength {
        Whole(byte[] bytes) {
            super(bytes);
        }
    }
}
