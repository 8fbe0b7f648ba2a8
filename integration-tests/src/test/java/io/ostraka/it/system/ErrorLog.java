package io.ostraka.it.system;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.ostraka.raft.runtime.storage.DiskException;
import io.ostraka.raft.testkit.disk.DiskCall;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * What production's code reports as an error with an exception while simulations run: an exception that a handler
 * caught and went on from. None may be there but those that simulate the end of a process, and a disk's where a replica
 * says that it ends the process.
 */
public final class ErrorLog implements AutoCloseable {

    private static final String MAY_MEET_THE_DISK = ".HostedGroup";

    private final Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final List<String> errors = new ArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            IThrowableProxy thrown = event.getThrowableProxy();
            if (thrown != null && !isExpected(event.getLoggerName(), thrown)) {
                errors.add(event.getFormattedMessage() + ": " + thrown.getClassName() + ": " + thrown.getMessage());
            }
        }
    };

    private static boolean isExpected(String logger, IThrowableProxy thrown) {
        boolean mayBeOfTheDisk = logger.endsWith(MAY_MEET_THE_DISK);
        for (IThrowableProxy each = thrown; each != null; each = each.getCause()) {
            if (each.getClassName().equals(DiskCall.PowerLoss.class.getName())
                    || (mayBeOfTheDisk && each.getClassName().equals(DiskException.class.getName()))) {
                return true;
            }
        }
        return false;
    }

    /** From now on takes errors; everything below is silent, since it would be most of the work. */
    public ErrorLog() {
        root.setLevel(Level.ERROR);
        root.iteratorForAppenders().forEachRemaining(each -> each.addFilter(new Silence()));
        appender.setContext(root.getLoggerContext());
        appender.start();
        root.addAppender(appender);
    }

    /** Fails if there was an error since the last time. */
    public void check() {
        if (!errors.isEmpty()) {
            String first = errors.getFirst();
            errors.clear();
            throw new SystemViolation("a handler failed: " + first);
        }
    }

    @Override
    public void close() {
        root.detachAppender(appender);
        root.iteratorForAppenders().forEachRemaining(each -> each.clearAllFilters());
        root.setLevel(before);
    }

    private static final class Silence extends ch.qos.logback.core.filter.Filter<ILoggingEvent> {
        @Override
        public ch.qos.logback.core.spi.FilterReply decide(ILoggingEvent event) {
            return ch.qos.logback.core.spi.FilterReply.DENY;
        }
    }
}
