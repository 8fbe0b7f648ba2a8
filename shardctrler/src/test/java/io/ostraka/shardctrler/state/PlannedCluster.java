package io.ostraka.shardctrler.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostraka.proto.Feature;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigDelta;
import io.ostraka.proto.config.Extension;
import io.ostraka.proto.config.GroupRef;
import io.ostraka.proto.config.RestoreStage;
import io.ostraka.shardctrler.codec.CommandCodec;
import io.ostraka.shardctrler.command.Change;
import io.ostraka.shardctrler.command.Change.JoiningGroup;
import io.ostraka.shardctrler.command.Claim;
import io.ostraka.shardctrler.command.ControllerCommand;
import io.ostraka.shardctrler.command.ControllerCommand.Administer;
import io.ostraka.shardctrler.command.ControllerCommand.Initialise;
import io.ostraka.shardctrler.command.ControllerCommand.RegisterNode;
import io.ostraka.shardctrler.command.ControllerCommand.Report;
import io.ostraka.shardctrler.command.ControllerMember;
import io.ostraka.shardctrler.command.ControllerResult;
import io.ostraka.shardctrler.command.ControllerResult.Done;
import io.ostraka.shardctrler.command.ControllerResult.Refused;
import io.ostraka.shardctrler.command.ControllerResult.Unchanged;
import io.ostraka.shardctrler.command.OwnerReport;
import io.ostraka.shardctrler.command.OwnerReport.ShardEpoch;
import io.ostraka.shardctrler.command.RequestId;
import io.ostraka.shardctrler.command.Restore;
import io.ostraka.shardctrler.command.TokenState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A controller's state under test: applies commands as from the log, and checks the rules after each. */
public final class PlannedCluster {

    private ControllerState state = ControllerState.EMPTY;
    private @Nullable ClusterConfig followed;
    private long requests;

    /** A cluster without nodes, founded at the first feature level. */
    public static PlannedCluster founded(int shards) {
        return founded(shards, Feature.BASE_LEVEL);
    }

    /** A cluster without nodes, founded at a feature level. */
    public static PlannedCluster founded(int shards, int featureLevel) {
        PlannedCluster cluster = new PlannedCluster();
        cluster.apply(new Initialise(77, shards, List.of(new ControllerMember(1L << 62, 5, "ctrl:1")), featureLevel));
        return cluster;
    }

    /** New controllers of this cluster as it was when a backup was taken; {@code backup} is not touched. */
    public static PlannedCluster restored(ControllerState backup, long atEpochSeconds) {
        PlannedCluster cluster = new PlannedCluster();
        cluster.apply(new Initialise(
                77,
                Transitions.configOf(backup).shardCount(),
                List.of(new ControllerMember(1L << 61, 6, "ctrl:1")),
                Feature.NEWEST_LEVEL,
                new Restore(
                        Transitions.configOf(backup),
                        backup.registry().nodes(),
                        backup.registry().nextReplicaId(),
                        atEpochSeconds)));
        return cluster;
    }

    /** A founded cluster with nodes 1 to {@code nodes} at {@code n1:1} and so on. */
    public static PlannedCluster withNodes(int shards, int nodes) {
        PlannedCluster cluster = founded(shards);
        for (int node = 1; node <= nodes; node++) {
            cluster.register(node, "n" + node + ":1");
        }
        return cluster;
    }

    public ControllerState state() {
        return state;
    }

    public ClusterConfig config() {
        return Transitions.configOf(state);
    }

    public ClusterConfig query(long num) {
        return state.query(num).orElseThrow();
    }

    public ControllerResult register(long node, String address) {
        return apply(new RegisterNode(node, address, 1, 1));
    }

    public ControllerResult register(long node, String address, int featureLevel) {
        return apply(new RegisterNode(node, address, 1, featureLevel));
    }

    public ControllerResult change(Change change) {
        return apply(new Administer(new RequestId(1, ++requests), 0, change));
    }

    /** Joins groups with one replica each on nodes 1, 2, ... */
    public ControllerResult join(long... gids) {
        List<JoiningGroup> groups = new ArrayList<>();
        for (long gid : gids) {
            groups.add(new JoiningGroup(gid, List.of("n1:1"), 0));
        }
        return change(new Change.Join(groups));
    }

    public ControllerResult join(long gid, List<String> addresses) {
        return change(new Change.Join(List.of(new JoiningGroup(gid, addresses, 0))));
    }

    public ControllerResult leave(long... gids) {
        return change(new Change.Leave(Arrays.stream(gids).boxed().toList()));
    }

    public ControllerResult move(int shard, long gid) {
        return change(new Change.Move(shard, gid));
    }

    /** Each target of an unowned shard claims it, and each other target becomes the owner. */
    public void carryOut() {
        for (int shard = 0; shard < config().shardCount(); shard++) {
            arrive(shard);
        }
    }

    /** The shard's target claims it or reports that it serves. */
    public void arrive(int shard) {
        GroupRef target = config().shard(shard).target();
        if (target == null) {
            return;
        }
        if (config().shard(shard).owner() == null) {
            apply(new Report(List.of(), List.of(new Claim(target, shard)), List.of()));
        } else {
            owner(target, shard, config().shard(shard).epoch() + 1, TokenState.SERVING, null);
        }
    }

    /** A report from a log that has applied the present revision. */
    public ControllerResult owner(
            GroupRef group, int shard, long epoch, TokenState tokenState, @Nullable GroupRef successor) {
        return owner(new OwnerReport(group, new ShardEpoch(shard, epoch), config().revision(), tokenState, successor));
    }

    public ControllerResult owner(OwnerReport report) {
        return apply(new Report(List.of(), List.of(), List.of(report)));
    }

    public GroupRef ref(long gid) {
        return config().group(gid).orElseThrow().ref();
    }

    /** The gid that the shard is planned to, 0 for none. */
    public long desired(int shard) {
        GroupRef ref = config().desired(shard);
        return ref == null ? 0 : ref.gid();
    }

    public List<Long> members() {
        return config().members().stream().map(row -> row.ref().gid()).toList();
    }

    /** Shards of each member that are not pinned. */
    public Map<Long, Integer> load() {
        TreeMap<Long, Integer> load = new TreeMap<>();
        members().forEach(gid -> load.put(gid, 0));
        for (int shard = 0; shard < config().shardCount(); shard++) {
            long gid = desired(shard);
            if (gid != 0 && !config().shard(shard).pinned()) {
                load.merge(gid, 1, Integer::sum);
            }
        }
        return load;
    }

    /** The classic check: exactly these members, every shard with one of them, balanced to within one. */
    public void check(Long... gids) {
        assertThat(members()).containsExactlyInAnyOrder(gids);
        for (int shard = 0; shard < config().shardCount(); shard++) {
            if (gids.length == 0) {
                assertThat(desired(shard)).isZero();
            } else {
                assertThat(desired(shard)).isIn((Object[]) gids);
            }
        }
        if (gids.length > 0) {
            assertThat(Collections.max(load().values()) - Collections.min(load().values()))
                    .isLessThanOrEqualTo(1);
        }
    }

    /** Applies a command as every replica does, through the bytes of the log. */
    public ControllerResult apply(ControllerCommand command) {
        assertThat(CommandCodec.decode(CommandCodec.encode(command)))
                .isEqualTo(new CommandCodec.Decoded.Command(command));
        ControllerState before = state;
        Transition transition = Transitions.apply(state, command);
        state = transition.state();
        checkStep(before, transition, command);
        return transition.result();
    }

    private void checkStep(ControllerState before, Transition transition, ControllerCommand command) {
        ClusterConfig now = state.config();
        ConfigDelta delta = transition.delta();
        if (followed == null) {
            followed = now;
        } else if (delta != null) {
            followed = ((Extension.Extended) followed.apply(delta)).config();
        }
        assertThat(followed).isEqualTo(now);
        if (now == null || before.config() == null || before.config().terms().stage() != RestoreStage.NONE) {
            return;
        }
        long newNum = now.num() - before.config().num();
        boolean sameMap = true;
        for (int shard = 0; shard < now.shardCount(); shard++) {
            GroupRef desired = now.desired(shard);
            GroupRef was = before.config().desired(shard);
            sameMap &= desired == null ? was == null : desired.equals(was);
            assertThat(desired == null).isEqualTo(now.members().isEmpty());
            assertThat(desired == null || !now.isLeaving(desired)).isTrue();
        }
        if (!(command instanceof Administer)) {
            assertThat(sameMap).as("only administrators change the desired map").isTrue();
            assertThat(newNum).isZero();
        }
        switch (transition.result()) {
            case Done done -> assertThat(newNum).isBetween(0L, 1L);
            case Unchanged unchanged -> assertThat(now).isEqualTo(before.config());
            case Refused refused -> {
                if (command instanceof Administer) {
                    assertThat(state).isEqualTo(before);
                }
            }
        }
    }
}
