package io.ostraka.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.ostraka.cli.Console;
import io.ostraka.server.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the unit of systemd to what the program takes, says and needs. */
final class SystemdUnitTest {

    private static final Path FOLDER = Checkout.root().resolve("deploy/systemd");
    private static final String PROGRAM = "/opt/ostraka/bin/ostraka ";

    private Map<String, List<String>> unit = Map.of();

    @BeforeEach
    void read() throws IOException {
        unit = Files.readString(FOLDER.resolve("ostraka@.service"))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("["))
                .map(line -> line.split("=", 2))
                .collect(Collectors.groupingBy(
                        pair -> pair[0], Collectors.mapping(pair -> pair[1], Collectors.toList())));
    }

    @Test
    void startsACommandThatTheProgramTakes() {
        String start = one("ExecStart");
        String command = start.replace("%i", "node").replace("%S", "/var/lib");

        assertThat(start).startsWith(PROGRAM);
        assertThatCode(() -> Main.commandLine(Console.system())
                        .parseArgs(command.substring(PROGRAM.length()).split(" ")))
                .doesNotThrowAnyException();
    }

    @Test
    void dataIsInTheOnlyDirectoryThatMayBeWritten() {
        assertThat(one("ExecStart")).contains(" " + Setting.DATA.flag() + " %S/" + one("StateDirectory"));
        assertThat(one("ProtectSystem")).isEqualTo("strict");
        assertThat(unit).doesNotContainKey("ReadWritePaths");
    }

    @Test
    void isGivenLongerToStopThanItTakesByDefault() {
        long graceSeconds = Long.parseLong(Setting.SHUTDOWN_GRACE_MILLIS.defaultValue()) / 1000;
        long stopSeconds = Long.parseLong(one("TimeoutStopSec").replace("s", ""));

        // What closes the process may take 30 s more before it is halted.
        assertThat(stopSeconds).isGreaterThan(graceSeconds + 30);
    }

    @Test
    void isStartedAgainAfterAFailureButNotForEverAndNotWithSettingsThatAreWrong() throws IOException {
        String exitCodes = Files.readString(Checkout.root().resolve("docs/reference.md"));

        assertThat(one("Restart")).isEqualTo("on-failure");
        assertThat(one("RestartPreventExitStatus")).isEqualTo("2");
        assertThat(exitCodes).contains("| 2 | called wrongly, or a setting that cannot be used |");
        // All starts that are allowed fit into the interval, or the limit would never be reached.
        long allSeconds = Long.parseLong(one("RestartSec").replace("s", "")) * Long.parseLong(one("StartLimitBurst"));
        assertThat(allSeconds)
                .isLessThan(60 * Long.parseLong(one("StartLimitIntervalSec").replace("min", "")) / 2);
    }

    @Test
    void claimsNoNotificationThatTheProgramDoesNotSend() {
        assertThat(one("Type")).isEqualTo("exec");
        assertThat(unit).doesNotContainKeys("WatchdogSec", "NotifyAccess");
    }

    @Test
    void hasNoRightsAndSaysSoOfEachThatSystemdKnows() {
        assertThat(unit.get("CapabilityBoundingSet")).containsExactly("");
        assertThat(Arrays.asList(
                        "NoNewPrivileges",
                        "PrivateTmp",
                        "PrivateDevices",
                        "ProtectHome",
                        "ProtectClock",
                        "ProtectHostname",
                        "ProtectControlGroups",
                        "ProtectKernelLogs",
                        "ProtectKernelModules",
                        "ProtectKernelTunables",
                        "RestrictNamespaces",
                        "RestrictRealtime",
                        "RestrictSUIDSGID",
                        "LockPersonality"))
                .allSatisfy(protection -> assertThat(one(protection)).isEqualTo("yes"));
        // A JVM that may not make what it wrote executable does not start.
        assertThat(one("MemoryDenyWriteExecute")).isEqualTo("no");
    }

    @Test
    void runsAsTheUserThatIsCreated() throws IOException {
        assertThat(Files.readString(FOLDER.resolve("ostraka.sysusers"))).contains("\nu " + one("User") + " ");
        assertThat(one("Group")).isEqualTo(one("User"));
    }

    private String one(String key) {
        assertThat(unit).containsKey(key);
        List<String> values = unit.getOrDefault(key, List.of());
        assertThat(values).as(key).hasSize(1);
        return values.get(0);
    }
}
