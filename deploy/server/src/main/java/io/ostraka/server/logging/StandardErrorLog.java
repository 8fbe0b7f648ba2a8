package io.ostraka.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The log as it is unless somebody names a file of their own by {@code -Dlogback.configurationFile}: to standard error,
 * so that standard output has nothing but data; from the level {@code -Dostraka.log.level} or, without it,
 * {@code OSTRAKA_LOG_LEVEL}, and from {@code OSTRAKA_GRPC_LOG_LEVEL} for gRPC. In code and not in a file, for the XML
 * parser alone would be a fortieth of the image, and part of every start. Found by the library of logs itself.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class StandardErrorLog extends ContextAwareBase implements Configurator {

    private static final String PATTERN = "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"} %-5level [%thread] %logger{20}: %msg%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        String property = System.getProperty("ostraka.log.level");
        root.setLevel(
                property == null
                        ? level("OSTRAKA_LOG_LEVEL", System.getenv("OSTRAKA_LOG_LEVEL"), Level.INFO)
                        : level("ostraka.log.level", property, Level.INFO));
        root.addAppender(standardError(context));
        context.getLogger("io.grpc")
                .setLevel(level("OSTRAKA_GRPC_LOG_LEVEL", System.getenv("OSTRAKA_GRPC_LOG_LEVEL"), Level.WARN));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    /** The level of this name; another one, and a line that says so, if there is none. */
    static Level level(String setting, @Nullable String name, Level otherwise) {
        if (name == null || name.isBlank()) {
            return otherwise;
        }
        Level level = Level.toLevel(name.strip(), null);
        if (level == null) {
            System.err.println(setting + " is '" + name + "', which is no level of the log; taking "
                    + otherwise.levelStr.toLowerCase(Locale.ROOT) + ". Levels are error, warn, info, debug and trace.");
            return otherwise;
        }
        return level;
    }
}
