package io.ostraka.server.process;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT: the first one asks the process to stop in order, the second one ends it at once. A shutdown hook
 * could do the first, but nothing in it hears of the second. The JDK's only interface to signals is
 * {@code sun.misc.Signal}, whose mention is a warning that cannot be turned off; hence by its name, and where it is
 * missing, shutdown hooks are what is left.
 */
public final class StopSignals {

    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    /** The signals, and what a shell reports for a program that one of them ended. */
    private static final Map<String, Integer> EXIT_CODES = Map.of("TERM", 128 + 15, "INT", 128 + 2);

    private StopSignals() {}

    /** Has {@code stop} run, once, on a thread of its own, when the process is told to stop. */
    public static void onFirst(Runnable stop) {
        AtomicBoolean stopping = new AtomicBoolean();
        EXIT_CODES.forEach((name, exitCode) -> handle(name, () -> {
            if (stopping.compareAndSet(false, true)) {
                new Thread(stop, "ostraka-stop").start();
            } else {
                Runtime.getRuntime().halt(exitCode);
            }
        }));
    }

    private static void handle(String name, Runnable work) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandle run =
                    MethodHandles.lookup().findVirtual(Runnable.class, "run", MethodType.methodType(void.class));
            Object handling = MethodHandleProxies.asInterfaceInstance(
                    handler, MethodHandles.dropArguments(run.bindTo(work), 0, signal));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.debug("SIG{} cannot be handled here; the process ends by its shutdown hooks", name, e);
        }
    }
}
