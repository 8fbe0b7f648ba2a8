package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.FormattedController;
import io.ostraka.client.admin.FoundedCluster;
import io.ostraka.proto.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands that found a cluster. */
final class ControllerCommands {

    private ControllerCommands() {}

    @Command(
            name = "format",
            description = "Let each controller of --controllers draw its ids, before a cluster is founded.")
    static final class Format extends ClientCommand {
        Format(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            try (OstrakaAdmin admin = cluster.admin(console)) {
                List<FormattedController> formatted = new ArrayList<>();
                for (String address : cluster.controllers(console).value().split(",")) {
                    formatted.add(admin.format(address.strip()));
                }
                print(
                        new Json.Arr(
                                formatted.stream().map(ControllerCommands::json).toList()),
                        table(formatted));
                return ExitCode.OK;
            }
        }
    }

    @Command(
            name = "init",
            description = {
                "Found a cluster, once for ever: --controllers are its controllers.",
                "With --restore they take the place of controllers that were all lost."
            })
    static final class Init extends ClientCommand {

        @ArgGroup
        private Kind kind = new Kind();

        /** A new cluster, or one that is there. */
        private static final class Kind {
            @Option(
                    names = "--shards",
                    paramLabel = "N",
                    description = "How many shards, 1 to 16384; it can never be changed (default: 256).")
            private int shards = Limits.SHARDS_DEFAULT;

            @Option(
                    names = "--restore",
                    paramLabel = "FILE",
                    description = "A file of 'ostraka controller backup'; make sure that no earlier controller runs.")
            private @Nullable Path backup;
        }

        Init(Console console) {
            super(console);
        }

        @Override
        public Integer call() {
            try (OstrakaAdmin admin = cluster.admin(console)) {
                FoundedCluster founded = kind.backup == null
                        ? admin.initialise(kind.shards)
                        : admin.restore(BackupCommands.read(kind.backup));
                print(
                        Json.Obj.empty()
                                .with("clusterId", Long.toHexString(founded.clusterId()))
                                .with("shards", founded.shards())
                                .with(
                                        "controllers",
                                        new Json.Arr(founded.controllers().stream()
                                                .map(ControllerCommands::json)
                                                .toList())),
                        table(founded.controllers()));
                return ExitCode.OK;
            }
        }
    }

    private static Json json(FormattedController controller) {
        return Json.Obj.empty()
                .with("address", controller.address())
                .with("replicaId", Long.toHexString(controller.replicaId()))
                .with("nodeId", Long.toHexString(controller.nodeId()));
    }

    private static Table table(List<FormattedController> controllers) {
        Table table = new Table("CONTROLLER", "REPLICA", "NODE");
        controllers.forEach(controller -> table.row(
                controller.address(), Long.toHexString(controller.replicaId()), Long.toHexString(controller.nodeId())));
        return table;
    }
}
