package io.ostraka.cli;

import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.admin.Change;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.GroupSpec;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The commands that change where shards live. */
final class ConfigurationCommands {

    private ConfigurationCommands() {}

    @Command(name = "join", description = "Let groups join, and balance the shards.")
    static final class Join extends ChangeCommand {
        @Parameters(
                arity = "1..*",
                paramLabel = "GID=HOST:PORT,...",
                description = "A group and the nodes that hold its replicas.")
        private List<String> groups = new ArrayList<>();

        Join(Console console) {
            super(console);
        }

        @Override
        Change change(OstrakaAdmin admin, ChangeMode mode) {
            return admin.join(groups.stream().map(GroupSpec::parse).toList(), mode);
        }
    }

    @Command(name = "leave", description = "Let groups give away their shards and go.")
    static final class Leave extends ChangeCommand {
        @Parameters(arity = "1..*", paramLabel = "GID", description = "Number of the group.")
        private List<Long> gids = new ArrayList<>();

        Leave(Console console) {
            super(console);
        }

        @Override
        Change change(OstrakaAdmin admin, ChangeMode mode) {
            return admin.leave(gids, mode);
        }
    }

    @Command(name = "move", description = "Move one shard to a group, and pin it there.")
    static final class Move extends ChangeCommand {
        @Parameters(index = "0", paramLabel = "SHARD", description = "Number of the shard, from 0.")
        private int shard;

        @Parameters(index = "1", paramLabel = "GID", description = "Number of the group.")
        private long gid;

        Move(Console console) {
            super(console);
        }

        @Override
        Change change(OstrakaAdmin admin, ChangeMode mode) {
            return admin.move(shard, gid, mode);
        }
    }

    @Command(name = "unpin", description = "Give shards that were moved by hand back to the balancer.")
    static final class Unpin extends ChangeCommand {
        @Parameters(arity = "1..*", paramLabel = "SHARD", description = "Number of the shard, from 0.")
        private List<Integer> shards = new ArrayList<>();

        Unpin(Console console) {
            super(console);
        }

        @Override
        Change change(OstrakaAdmin admin, ChangeMode mode) {
            return admin.unpin(shards, mode);
        }
    }

    @Command(name = "undo", description = "Plan the way back to an earlier configuration.")
    static final class Undo extends ChangeCommand {
        @Parameters(index = "0", paramLabel = "NUM", description = "Number of the configuration to go back to.")
        private long num;

        Undo(Console console) {
            super(console);
        }

        @Override
        Change change(OstrakaAdmin admin, ChangeMode mode) {
            return admin.undo(num, mode);
        }
    }
}
