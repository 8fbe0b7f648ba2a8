package io.ostraka.it.system;

import io.ostraka.proto.ShardHash;
import io.ostraka.raft.testkit.history.Call;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.history.Outcome;
import io.ostraka.raft.testkit.linearizability.Bound;
import io.ostraka.raft.testkit.linearizability.Commit;
import io.ostraka.raft.testkit.linearizability.CommitOrderCheck;
import io.ostraka.raft.testkit.linearizability.KvModel;
import io.ostraka.raft.testkit.linearizability.LinearizabilityChecker;
import io.ostraka.raft.testkit.linearizability.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Judges what the clients of a run were told, twice: by a search for some order that explains it, and against the order
 * in which the groups' logs say that it happened. Of calls whose outcome no client knows, the search is told whether
 * they took effect, and as which revision: an order of those is one of what the clients know, too, and many calls that
 * may or may not have happened would cost it more than all others.
 */
final class HistoryCheck {

    private final SystemWorld world;
    private final List<Call<KvOperation, KvResult>> calls;
    private final Map<Integer, WritesOracle.Name> names;

    /**
     * @param names under which names those writes were sent whose outcome was unknown at first, by the ids of the calls
     */
    HistoryCheck(SystemWorld world, List<Call<KvOperation, KvResult>> calls, Map<Integer, WritesOracle.Name> names) {
        this.world = world;
        this.calls = calls;
        this.names = names;
    }

    void check() {
        Verdict<KvOperation, KvResult> verdict = LinearizabilityChecker.ofKeysAndValues(Bound.DEFAULT)
                .check(calls.stream().map(this::settled).toList());
        if (!verdict.isLinearizable()) {
            throw new SystemViolation("the history of " + calls.size() + " calls: " + verdict);
        }
        Map<Integer, List<Call<KvOperation, KvResult>>> byShard = new HashMap<>();
        calls.forEach(call -> byShard.computeIfAbsent(shardOf(call.operation()), _ -> new ArrayList<>())
                .add(call));
        for (int shard = 0; shard < world.swarm().shards(); shard++) {
            checkOrder(shard, byShard.getOrDefault(shard, List.of()));
        }
    }

    /** What became of a call in the end, if its client does not know. */
    private Call<KvOperation, KvResult> settled(Call<KvOperation, KvResult> call) {
        WritesOracle.Name name = names.get(call.id());
        if (!(call.outcome() instanceof Outcome.Unknown<KvResult>) || name == null) {
            return call;
        }
        OptionalLong revision = world.writes().revisionOf(name);
        Outcome<KvResult> outcome = revision.isPresent()
                ? new Outcome.Returned<>(
                        new KvResult.Applied(revision.getAsLong()),
                        world.queue().nowNanos())
                : new Outcome.NotApplied<>();
        return new Call<>(call.id(), call.process(), call.operation(), call.calledNanos(), outcome);
    }

    private int shardOf(KvOperation operation) {
        String key = operation.keys().iterator().next();
        return ShardHash.shardOf(
                key.getBytes(StandardCharsets.UTF_8), world.swarm().shards());
    }

    /** A shard's revisions are the order in which its writes took effect. */
    private void checkOrder(int shard, List<Call<KvOperation, KvResult>> ofShard) {
        Map<Long, Call<KvOperation, KvResult>> byRevision = new HashMap<>();
        Map<WritesOracle.Name, Call<KvOperation, KvResult>> byName = new HashMap<>();
        for (Call<KvOperation, KvResult> call : ofShard) {
            WritesOracle.Name name = names.get(call.id());
            long revision = revisionOf(call);
            if (name != null) {
                byName.put(name, call);
            } else if (revision > 0 && byRevision.put(revision, call) != null) {
                throw new SystemViolation("two writes of shard " + shard + " were told revision " + revision);
            }
        }
        List<Commit<KvOperation>> commits = new ArrayList<>();
        for (WritesOracle.Done done : world.writes().of(shard)) {
            Call<KvOperation, KvResult> call = byName.getOrDefault(done.name(), byRevision.get(done.revision()));
            if (call == null) {
                throw new SystemViolation("shard " + shard + " has done " + done.write() + " as revision "
                        + done.revision() + ", which nobody asked for, or was told not to have been done");
            }
            commits.add(new Commit<>(done.revision(), call.id(), call.operation()));
        }
        List<String> wrong = new CommitOrderCheck<>(KvModel.EXACT).check(ofShard, commits);
        if (!wrong.isEmpty()) {
            throw new SystemViolation("shard " + shard + " did otherwise than its clients were told: " + wrong);
        }
    }

    private static long revisionOf(Call<KvOperation, KvResult> call) {
        if (!(call.outcome() instanceof Outcome.Returned<KvResult> returned)) {
            return 0;
        }
        return switch (returned.result()) {
            case KvResult.Applied(long revision) -> revision;
            case KvResult.Deleted(boolean _, long revision) -> revision;
            case KvResult.ConditionFailed _ -> 0;
            case KvResult.Found _ -> 0;
            case KvResult.Absent _ -> 0;
        };
    }
}
