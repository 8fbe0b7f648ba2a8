package io.ostraka.client.internal;

import io.ostraka.proto.config.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What a client was built with. */
public record ClientOptions(
        List<String> controllers,
        long timeoutMillis,
        int inFlightMax,
        long inFlightBytesMax,
        UnaryOperator<String> addressMapping,
        Clock clock) {

    /** Everything but the controllers. */
    public static final ClientOptions DEFAULT =
            new ClientOptions(List.of(), 10_000, 1_024, 64 << 20, UnaryOperator.identity(), new SystemClock());

    /** Copies the list. */
    public ClientOptions {
        controllers = List.copyOf(controllers);
        require(timeoutMillis >= 1, "the timeout must be at least a millisecond");
        require(inFlightMax >= 1, "at least one call must be allowed in flight");
        require(inFlightBytesMax >= 1, "at least one byte must be allowed in flight");
    }

    /** With these controllers. */
    public ClientOptions withControllers(List<String> addresses) {
        return new ClientOptions(addresses, timeoutMillis, inFlightMax, inFlightBytesMax, addressMapping, clock);
    }

    /** With this deadline for each call. */
    public ClientOptions withTimeoutMillis(long millis) {
        return new ClientOptions(controllers, millis, inFlightMax, inFlightBytesMax, addressMapping, clock);
    }

    /** With this many calls in flight at most. */
    public ClientOptions withInFlightMax(int calls) {
        return new ClientOptions(controllers, timeoutMillis, calls, inFlightBytesMax, addressMapping, clock);
    }

    /** With this many bytes in flight at most. */
    public ClientOptions withInFlightBytesMax(long bytes) {
        return new ClientOptions(controllers, timeoutMillis, inFlightMax, bytes, addressMapping, clock);
    }

    /** With this address mapping. */
    public ClientOptions withAddressMapping(UnaryOperator<String> mapping) {
        return new ClientOptions(controllers, timeoutMillis, inFlightMax, inFlightBytesMax, mapping, clock);
    }

    /** With this clock. */
    public ClientOptions withClock(Clock other) {
        return new ClientOptions(controllers, timeoutMillis, inFlightMax, inFlightBytesMax, addressMapping, other);
    }

    /** Refuses options that name no controller. */
    public ClientOptions checked() {
        require(!controllers.isEmpty(), "no controller is named: give at least one as host:port");
        return this;
    }

    /**
     * Reads {@code host:port,host:port,…}.
     *
     * @throws IllegalArgumentException naming the part that is no address
     */
    public static List<String> parseAddresses(String addresses) {
        List<String> parsed = new ArrayList<>();
        for (String part : addresses.split(",", -1)) {
            String address = part.strip();
            parsed.add(HostPort.parse(address).toString());
        }
        return parsed;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
