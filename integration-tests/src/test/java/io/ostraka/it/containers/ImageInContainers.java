package io.ostraka.it.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.it.processes.Patience;
import io.ostraka.testcontainers.OstrakaContainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the image promises to whoever runs it. */
@Timeout(300)
class ImageInContainers {

    private static final String IMAGE = OstrakaContainer.DEFAULT_IMAGE;
    private static final int SECONDS_MAX = 60;
    private static final long BYTES_MAX = 200_000_000;

    @BeforeAll
    static void buildImage() throws Exception {
        Engine.assumeThere();
    }

    @Test
    void processNeedsNoRightsAnswersItsHealthCheckAndEndsInOrder() throws Exception {
        String container = docker(
                "run",
                "--detach",
                "--read-only",
                "--cap-drop=ALL",
                "--user=65532",
                "--security-opt=no-new-privileges",
                "--network=none",
                "--env=OSTRAKA_ROLES=controller,node",
                "--env=OSTRAKA_ADVERTISE=127.0.0.1:7100",
                "--env=OSTRAKA_CONTROLLERS=127.0.0.1:7100",
                IMAGE);
        try {
            Patience.await("the process to listen", () -> isReady(container));
            docker("exec", container, "ostraka", "setup", "101=127.0.0.1:7100", "--timeout", "30s");
            docker("exec", container, "ostraka", "put", "key", "value");

            List<String> healthCheck = new ArrayList<>(List.of("exec", container));
            docker("inspect", "--format={{range .Config.Healthcheck.Test}}{{println .}}{{end}}", IMAGE)
                    .lines()
                    .skip(1)
                    .forEach(healthCheck::add);
            assertThat(docker(healthCheck.toArray(String[]::new))).contains("serves");

            docker("stop", "--time=30", container);
            assertThat(docker("inspect", "--format={{.State.ExitCode}}", container))
                    .isEqualTo("0");
        } finally {
            docker("rm", "--force", "--volumes", container);
        }
    }

    @Test
    void imageIsSmallAndSaysWhatIsInIt() throws Exception {
        assertThat(Long.parseLong(docker("inspect", "--format={{.Size}}", IMAGE)))
                .isLessThan(BYTES_MAX);
        assertThat(docker("inspect", "--format={{json .Config.Labels}}", IMAGE))
                .contains("org.opencontainers.image.version", "org.opencontainers.image.revision")
                .doesNotContain("unknown");
        assertThat(docker("inspect", "--format={{.Config.User}} {{json .Config.Volumes}}", IMAGE))
                .isEqualTo("65532:65532 {\"/data\":{}}");
    }

    private static boolean isReady(String container) {
        try {
            return docker("logs", container).contains("ready on ");
        } catch (IOException e) {
            throw new AssertionError("the container's log cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String docker(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        return Engine.run(SECONDS_MAX, command).strip();
    }
}
