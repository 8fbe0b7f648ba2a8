package io.ostraka.cli;

import io.ostraka.client.InvalidRequestException;
import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ControllerBackup;
import io.ostraka.client.admin.ResumePlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for controllers that may all be lost. */
final class BackupCommands {

    private BackupCommands() {}

    @Command(
            name = "backup",
            description = {
                "Write what new controllers need to take the place of these, should all of them be lost.",
                "'ostraka controller init --restore FILE' reads it."
            })
    static final class Backup extends ClientCommand {

        @Parameters(index = "0", paramLabel = "FILE", description = "The file to write.")
        private Path file = Path.of("");

        @Option(names = "--force", description = "Replace the file if it is there.")
        private boolean force;

        Backup(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            if (!force && Files.exists(file)) {
                throw new InvalidRequestException("file " + file + " is there already; replace it with --force");
            }
            try (OstrakaAdmin admin = cluster.admin(console)) {
                ControllerBackup backup = admin.backup();
                write(backup.toBytes());
                if (cluster.json()) {
                    console.out()
                            .println(Json.Obj.empty()
                                    .with("file", file.toString())
                                    .with("clusterId", Long.toHexString(backup.clusterId()))
                                    .with("shards", backup.shards())
                                    .with("num", backup.num())
                                    .with("revision", backup.revision())
                                    .write());
                } else {
                    console.out()
                            .println("Configuration " + backup.num() + ", revision " + backup.revision() + " is in "
                                    + file + ".");
                }
                return ExitCode.OK;
            }
        }

        private void write(byte[] bytes) {
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer content = ByteBuffer.wrap(bytes);
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                channel.force(true);
                if (force) {
                    Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.move(temporary, file);
                }
            } catch (FileAlreadyExistsException e) {
                throw new InvalidRequestException("file " + file + " is there already; replace it with --force");
            } catch (NoSuchFileException e) {
                throw new InvalidRequestException("cannot write " + file + ": its folder is not there");
            } catch (IOException e) {
                throw new InvalidRequestException("cannot write " + file + ": " + e.getMessage());
            }
        }
    }

    /** The backup in a file. */
    static ControllerBackup read(Path file) {
        try {
            return ControllerBackup.fromBytes(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new InvalidRequestException("file " + file + " is not there");
        } catch (InvalidRequestException e) {
            throw new InvalidRequestException("file " + file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new InvalidRequestException("cannot read " + file + ": " + e.getMessage());
        }
    }

    @Command(
            name = "resume",
            description = {
                "Go on with a restore of the controllers although groups are silent, or shards are with none of them.",
                "Gives the silent groups up; a shard that nobody has goes on from a frozen copy, else empty.",
                "Shows what would happen and changes nothing, unless --unsafe and --yes are given."
            })
    static final class Resume extends UnsafeCommand<ResumePlan> {

        Resume(Console console) {
            super(console);
        }

        @Override
        ResumePlan plan(OstrakaAdmin admin) {
            return admin.planResume();
        }

        @Override
        boolean changes(ResumePlan plan) {
            return plan.changed();
        }

        @Override
        String message(ResumePlan plan) {
            return plan.message();
        }

        @Override
        Change carryOut(OstrakaAdmin admin, ResumePlan plan) {
            return admin.resumeUnsafe(plan);
        }

        @Override
        void report(ResumePlan plan, String message, boolean applied) {
            if (cluster.json()) {
                console.out()
                        .println(Json.Obj.empty()
                                .with("applied", applied)
                                .with("changed", plan.changed())
                                .with("message", message)
                                .with("num", plan.num())
                                .with("revision", plan.revision())
                                .with(
                                        "silent",
                                        new Json.Arr(plan.silent().stream()
                                                .map(group -> new Json.Num(Long.toString(group.gid())))
                                                .toList()))
                                .write());
            } else if (!plan.changed()) {
                console.out().println("Nothing to change: " + message);
            } else if (applied) {
                console.out().println(message);
            } else {
                String silent = plan.silent().stream()
                        .map(group -> String.valueOf(group.gid()))
                        .collect(Collectors.joining(", "));
                console.out().println("Silent groups: " + (silent.isEmpty() ? "none" : silent) + ". " + message);
            }
        }
    }
}
