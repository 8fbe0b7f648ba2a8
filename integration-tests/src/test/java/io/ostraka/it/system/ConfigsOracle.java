package io.ostraka.it.system;

import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ShardRow;
import io.ostraka.raft.core.Bytes;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.RequestId;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The plan (DESIGN section 4), as far as any controller has applied its log: its numbers only grow, and so does the
 * epoch of a shard with each change of its owner; owners and targets are groups that there are; a request that is
 * repeated is answered as it was.
 */
final class ConfigsOracle {

    private final Map<RequestId, String> answers = new HashMap<>();
    private @Nullable ClusterConfig latest;

    /** A command was applied by a controller for the first time. */
    void answered(Bytes payload, @Nullable Object answer) {
        if (CommandCodec.decode(payload) instanceof CommandCodec.Decoded.Command(ControllerCommand command)
                && command instanceof ControllerCommand.Administer request
                && answer instanceof ControllerResult result) {
            String now = words(result);
            String before = answers.put(request.id(), now);
            if (before != null && !before.startsWith("refused") && !before.equals(now)) {
                throw new SystemViolation(request + " was answered " + before + " and, repeated, " + now);
            }
        }
    }

    /** Whether a command says what groups and nodes have done. */
    static boolean isReport(Bytes payload) {
        return CommandCodec.decode(payload) instanceof CommandCodec.Decoded.Command(ControllerCommand.Report _);
    }

    private static String words(ControllerResult result) {
        return switch (result) {
            case ControllerResult.Done done -> "done, revision " + done.revision();
            case ControllerResult.Unchanged unchanged -> "unchanged, revision " + unchanged.revision();
            case ControllerResult.Refused refused -> "refused: " + refused.message();
        };
    }

    /** A controller has come further than any. */
    void advanced(@Nullable ClusterConfig config) {
        ClusterConfig before = latest;
        latest = config;
        if (config == null || config.equals(before)) {
            return;
        }
        config.shards().forEach(row -> checkGroups(config, row));
        if (before == null) {
            return;
        }
        if (config.revision() <= before.revision() || config.num() < before.num()) {
            throw new SystemViolation("the configuration goes from revision " + before.revision() + " of map "
                    + before.num() + " to revision " + config.revision() + " of map " + config.num());
        }
        for (ShardRow now : config.shards()) {
            ShardRow was = before.shard(now.shard());
            boolean sameOwner = Objects.equals(was.owner(), now.owner());
            if (sameOwner ? now.epoch() < was.epoch() : now.epoch() <= was.epoch()) {
                throw new SystemViolation("the plan goes from " + was + " to " + now);
            }
        }
    }

    private static void checkGroups(ClusterConfig config, ShardRow row) {
        boolean known = (row.owner() == null || config.group(row.owner()).isPresent())
                && (row.target() == null || config.group(row.target()).isPresent());
        if (!known) {
            throw new SystemViolation("revision " + config.revision() + " has no such group: " + row);
        }
    }
}
