package io.ostraka.cli;

import io.ostraka.client.NotAppliedException;
import io.ostraka.client.OstrakaAdmin;
import io.ostraka.client.RejectedException;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.admin.ChangeMode;
import io.ostraka.client.admin.ClusterMap;
import io.ostraka.client.admin.GroupSpec;
import io.ostraka.proto.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Does what is not done yet of founding a cluster and letting its first groups join, and waits meanwhile for processes
 * that are still starting. So it can be run at every start of a deployment, and again after it broke off.
 */
@Command(
        name = "setup",
        description = {
            "Found the cluster and let groups join, as far as that is not done yet; wait until every shard is owned.",
            "Processes that are still starting are waited for, all in all for --timeout. Groups that are members"
                    + " already stay as they are."
        })
final class SetupCommand extends ClientCommand {

    private static final Duration PAUSE = Duration.ofMillis(200);

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "How many shards, if the cluster is to be founded, 1 to 16384 (default: 256).")
    private int shards = Limits.SHARDS_DEFAULT;

    @Parameters(
            arity = "0..*",
            paramLabel = "GID=HOST:PORT,...",
            description = "A group and the nodes that hold its replicas.")
    private List<String> groups = new ArrayList<>();

    private long began;

    SetupCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        List<GroupSpec> wanted = groups.stream().map(GroupSpec::parse).toList();
        began = Stopwatch.nanos();
        try (OstrakaAdmin admin = cluster.admin(console)) {
            found(admin);
            join(admin, wanted);
            ClusterMap map = awaitMap(
                    admin,
                    known -> known.shards().stream().allMatch(shard -> shard.ownerGid() != 0) || wanted.isEmpty(),
                    known -> "some shards have no owner yet");
            print(
                    Json.Obj.empty()
                            .with("clusterId", Long.toHexString(map.clusterId()))
                            .with("num", map.num())
                            .with("shards", map.shards().size())
                            .with(
                                    "groups",
                                    new Json.Arr(gids(map).stream()
                                            .map(gid -> new Json.Num(Long.toString(gid)))
                                            .toList())),
                    "cluster " + Long.toHexString(map.clusterId()) + ": "
                            + map.shards().size() + " shards, groups "
                            + gids(map).stream().map(String::valueOf).collect(Collectors.joining(", ")));
            return ExitCode.OK;
        }
    }

    /** Founds the cluster once every controller answers, unless all of them belong to one. */
    private void found(OstrakaAdmin admin) {
        List<String> controllers = List.of(cluster.controllers(console).value().split(","));
        while (true) {
            try {
                boolean all = true;
                for (String controller : controllers) {
                    all &= admin.statusOf(controller.strip())
                            .controller()
                            .orElseThrow(() -> new RejectedException(controller + " is no controller"))
                            .initialised();
                }
                if (!all) {
                    admin.initialise(shards);
                }
                return;
            } catch (UnavailableException | RejectedException notYet) {
                // Refused by one that has just started: it belongs to a cluster before it says that it is up.
                pauseOr(notYet);
            }
        }
    }

    private void join(OstrakaAdmin admin, List<GroupSpec> wanted) {
        ClusterMap map = awaitMap(
                admin,
                known -> missing(known, wanted).stream()
                        .allMatch(group -> addresses(known).containsAll(group.addresses())),
                known -> "not all nodes have registered: "
                        + missing(known, wanted).stream()
                                .flatMap(group -> group.addresses().stream())
                                .filter(address -> !addresses(known).contains(address))
                                .distinct()
                                .collect(Collectors.joining(", "))
                        + " are missing");
        List<GroupSpec> missing = missing(map, wanted);
        if (!missing.isEmpty()) {
            admin.join(missing, ChangeMode.APPLY);
        }
    }

    private static List<GroupSpec> missing(ClusterMap map, List<GroupSpec> wanted) {
        Set<Long> known = gids(map);
        return wanted.stream().filter(group -> !known.contains(group.gid())).toList();
    }

    private static Set<Long> gids(ClusterMap map) {
        return map.groups().stream().map(ClusterMap.Group::gid).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> addresses(ClusterMap map) {
        return map.nodes().stream().map(ClusterMap.Node::address).collect(Collectors.toUnmodifiableSet());
    }

    private ClusterMap awaitMap(
            OstrakaAdmin admin, Predicate<ClusterMap> done, Function<ClusterMap, String> otherwise) {
        while (true) {
            ClusterMap map = admin.query();
            if (done.test(map)) {
                return map;
            }
            pauseOr(new UnavailableException(otherwise.apply(map)));
        }
    }

    /** Waits a little, or gives up with this when the time is over. */
    private void pauseOr(NotAppliedException reason) {
        if (Stopwatch.nanos() - began > cluster.timeout().toNanos()) {
            throw reason;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
    }
}
