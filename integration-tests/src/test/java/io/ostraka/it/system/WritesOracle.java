package io.ostraka.it.system;

import io.ostraka.raft.core.GroupId;
import io.ostraka.shardkv.command.ClientWrite;
import io.ostraka.shardkv.command.SessionId;
import io.ostraka.shardkv.command.WriteOp;
import io.ostraka.shardkv.session.WriteOutcome;
import io.ostraka.shardkv.shard.WriteResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Exactly once, over all groups and epochs: each write of a client ends in one way, however often it is applied and
 * wherever; and each revision of a shard is the work of one write. So what took effect is known, in its order.
 */
final class WritesOracle {

    /** Names a write. */
    record Name(SessionId session, int shard, long number) {}

    /** A write that took effect. */
    record Done(Name name, ClientWrite write, long revision) {}

    private final Map<Name, WriteOutcome> outcomes = new HashMap<>();
    private final NavigableMap<Integer, NavigableMap<Long, Done>> done = new TreeMap<>();

    /** How many writes took effect. */
    long effective() {
        return done.values().stream().mapToLong(NavigableMap::size).sum();
    }

    /** Whether it is known how the write ended: nothing that is sent for it can change that. */
    boolean hasEnded(Name name) {
        return outcomes.containsKey(name);
    }

    /** Returns the revision that a write made, if it took effect. */
    OptionalLong revisionOf(Name name) {
        WriteOutcome outcome = outcomes.get(name);
        return outcome != null && isEffective(outcome) ? OptionalLong.of(outcome.revision()) : OptionalLong.empty();
    }

    private static boolean isEffective(WriteOutcome outcome) {
        return outcome.kind() == WriteOutcome.Kind.WRITTEN || outcome.kind() == WriteOutcome.Kind.NOTHING_TO_DELETE;
    }

    /** Returns what took effect on a shard, by its revisions. */
    List<Done> of(int shard) {
        return new ArrayList<>(done.getOrDefault(shard, new TreeMap<>()).values());
    }

    /** A batch was applied by a group for the first time. */
    void applied(GroupId group, List<ClientWrite> writes, List<WriteResult> results) {
        for (int i = 0; i < writes.size(); i++) {
            ClientWrite write = writes.get(i);
            Name name = new Name(write.session(), write.shard(), write.number());
            switch (results.get(i)) {
                case WriteResult.Done(WriteOutcome outcome) -> ended(group, name, write, outcome);
                case WriteResult.Asked(WriteOutcome outcome) -> same(group, name, outcome);
                case WriteResult.Refused _ -> {}
            }
        }
    }

    private void same(GroupId group, Name name, WriteOutcome outcome) {
        WriteOutcome before = outcomes.putIfAbsent(name, outcome);
        if (before != null && !before.equals(outcome)) {
            throw new SystemViolation(name + " ended as " + before + ", and at group " + group + " as " + outcome);
        }
    }

    private void ended(GroupId group, Name name, ClientWrite write, WriteOutcome outcome) {
        same(group, name, outcome);
        if (!isEffective(outcome) || write.op() instanceof WriteOp.Ask) {
            return;
        }
        Done before = done.computeIfAbsent(write.shard(), _ -> new TreeMap<>())
                .putIfAbsent(outcome.revision(), new Done(name, write, outcome.revision()));
        if (before != null && !before.name().equals(name)) {
            throw new SystemViolation("revision " + outcome.revision() + " of shard " + write.shard() + " was made by "
                    + before + ", and at group " + group + " by " + write);
        }
    }
}
