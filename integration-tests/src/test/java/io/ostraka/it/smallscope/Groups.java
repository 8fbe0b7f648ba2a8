package io.ostraka.it.smallscope;

import io.ostraka.raft.core.Bytes;
import io.ostraka.shardkv.command.Command;
import io.ostraka.shardkv.command.CommandCodec;
import io.ostraka.shardkv.command.StampedCommand;
import io.ostraka.shardkv.shard.GroupImage;
import io.ostraka.shardkv.shard.KvRead;
import io.ostraka.shardkv.shard.KvResult;
import io.ostraka.shardkv.shard.ShardState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for the states of groups and for commands, and what each command does to each state: the real state machine
 * runs once for each pair. Not thread-safe.
 */
final class Groups {

    private static final int UNKNOWN = -1;

    /** One state of a group, as far as the search asks for it. */
    private static final class Known {
        final GroupImage image;
        final ShardState state;
        final String content;
        int[] next = new int[0];

        @Nullable
        KvResult[] results = new KvResult[0];

        Known(GroupImage image, List<Bytes> keys) {
            this.image = image;
            this.state = image.view().shard(0).state();
            StringBuilder text = new StringBuilder();
            if (state.isServing()) {
                for (Bytes key : keys) {
                    text.append(
                                    image.read(key) instanceof KvRead.Found found
                                            ? found.value().toUtf8()
                                            : "-")
                            .append(' ');
                }
            }
            this.content = text.toString();
        }
    }

    private final List<Bytes> keys;
    private final Map<GroupImage, Integer> numbers = new HashMap<>();
    private final List<Known> known = new ArrayList<>();
    private final Map<Bytes, Integer> commandNumbers = new HashMap<>();
    private final List<Bytes> commands = new ArrayList<>();

    /** @param keys whose values are asked for in {@link #content} */
    Groups(List<Bytes> keys) {
        this.keys = keys;
    }

    int number(GroupImage image) {
        Integer number = numbers.get(image);
        if (number == null) {
            number = known.size();
            numbers.put(image, number);
            known.add(new Known(image, keys));
        }
        return number;
    }

    GroupImage image(int group) {
        return known.get(group).image;
    }

    ShardState state(int group) {
        return known.get(group).state;
    }

    /** The values of the keys, each followed by a space, {@code -} for none; empty if the shard is not served. */
    String content(int group) {
        return known.get(group).content;
    }

    /** How many states there are. */
    int size() {
        return known.size();
    }

    int command(Command command, long stampMillis) {
        Bytes payload = CommandCodec.encode(new StampedCommand(stampMillis, command));
        return commandNumbers.computeIfAbsent(payload, bytes -> {
            commands.add(bytes);
            return commands.size() - 1;
        });
    }

    /** The state after a command. */
    int apply(int group, int command) {
        Known before = known.get(group);
        if (command < before.next.length && before.next[command] != UNKNOWN) {
            return before.next[command];
        }
        GroupImage.Applied applied = before.image.apply(commands.get(command));
        if (command >= before.next.length) {
            int from = before.next.length;
            before.next = Arrays.copyOf(before.next, command + 16);
            Arrays.fill(before.next, from, before.next.length, UNKNOWN);
            before.results = Arrays.copyOf(before.results, before.next.length);
        }
        int next = number(applied.image());
        before.next[command] = next;
        before.results[command] = applied.result();
        return next;
    }

    /** What a command is answered. */
    KvResult result(int group, int command) {
        apply(group, command);
        KvResult result = known.get(group).results[command];
        if (result == null) {
            throw new IllegalStateException("every command has a result");
        }
        return result;
    }
}
