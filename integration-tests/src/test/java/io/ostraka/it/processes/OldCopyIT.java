package io.ostraka.it.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.client.Bytes;
import io.ostraka.client.OstrakaClient;
import io.ostraka.server.cluster.DirectoryRemoval;
import io.ostraka.server.cluster.ProcessCluster;
import io.ostraka.server.cluster.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A data directory from a backup has forgotten votes and acknowledged writes. */
@Timeout(180)
class OldCopyIT {

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void aNodeThatIsStartedFromAnOldCopyOfItsDirectoryEnds_andNothingIsLost() throws Exception {
        ProcessCluster.Plan plan = ProcessCluster.Plan.ofThree(directory);
        try (ProcessCluster cluster = ProcessCluster.start(plan);
                OstrakaClient client = cluster.client(CALL_TIMEOUT)) {
            cluster.found(4, List.of(101L));
            client.put(Bytes.utf8("key"), Bytes.utf8("old"));
            ServerProcess last = cluster.processes().getLast();
            Path data = directory.resolve(last.name()).resolve("data");
            Path copy = directory.resolve("copy");
            last.stop();
            copy(data, copy);
            startUntilRegistered(last);
            last.stop();
            startUntilRegistered(last);
            client.put(Bytes.utf8("key"), Bytes.utf8("new"));
            last.stop();
            DirectoryRemoval.remove(data);
            Files.move(copy, data);

            last.start();
            Patience.await("the process that was started from an old copy ends", () -> !last.isAlive());

            assertThat(last.stop()).isEqualTo(1);
            assertThat(output(last)).contains("its data directory is an old copy");
            assertThat(client.get(Bytes.utf8("key")).orElseThrow().value()).isEqualTo(Bytes.utf8("new"));
        }
    }

    private void startUntilRegistered(ServerProcess process) throws Exception {
        long before = registrations(process);
        process.start().await();
        Patience.await("registration", () -> registrations(process) > before);
    }

    private long registrations(ServerProcess process) {
        return output(process)
                .lines()
                .filter(line -> line.contains("has registered this start"))
                .count();
    }

    private String output(ServerProcess process) {
        try {
            return Files.readString(directory.resolve(process.name()).resolve("output.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }
}
