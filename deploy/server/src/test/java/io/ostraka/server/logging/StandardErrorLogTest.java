package io.ostraka.server.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StandardErrorLogTest {

    private final PrintStream standardError = System.err;
    private final String file = System.getProperty("logback.configurationFile");
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        System.setErr(standardError);
        System.setProperty("logback.configurationFile", file);
        System.clearProperty("ostraka.log.level");
    }

    @Test
    void libraryOfLogsFindsIt() {
        assertThat(ServiceLoader.load(Configurator.class)).hasAtLeastOneElementOfType(StandardErrorLog.class);
    }

    @Test
    void fileThatSomebodyNamesIsTakenInstead() {
        assertThat(new StandardErrorLog().configure(new LoggerContext())).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
    }

    @Test
    void logGoesToStandardErrorFromTheLevelOfTheProperty() {
        System.clearProperty("logback.configurationFile");
        System.setProperty("ostraka.log.level", "warn");
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());

        ExecutionStatus status = new StandardErrorLog().configure(context);
        Logger logger = context.getLogger("io.ostraka.raft.Example");
        logger.info("kept to itself");
        logger.warn("said");

        assertThat(status).isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
        assertThat(written.toString(StandardCharsets.UTF_8).lines())
                .singleElement(STRING)
                .containsPattern("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}")
                .contains(" WARN  [")
                .endsWith("] i.o.raft.Example: said");
        context.stop();
    }

    @Test
    void levelThatIsNoneIsNamedAndTheUsualOneTaken() {
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));

        assertThat(StandardErrorLog.level("OSTRAKA_LOG_LEVEL", "loud", Level.INFO))
                .isEqualTo(Level.INFO);

        assertThat(written.toString(StandardCharsets.UTF_8).toLowerCase(Locale.ROOT))
                .contains("ostraka_log_level is 'loud'", "error, warn, info, debug");
    }

    @Test
    void levelThatIsNotGivenIsTheUsualOne() {
        assertThat(StandardErrorLog.level("OSTRAKA_LOG_LEVEL", null, Level.INFO))
                .isEqualTo(Level.INFO);
        assertThat(StandardErrorLog.level("OSTRAKA_LOG_LEVEL", " ", Level.INFO)).isEqualTo(Level.INFO);
        assertThat(StandardErrorLog.level("OSTRAKA_LOG_LEVEL", "Debug", Level.INFO))
                .isEqualTo(Level.DEBUG);
    }
}
