package io.ostraka.it.system;

import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.Join;
import io.ostraka.proto.controller.JoinGroup;
import io.ostraka.proto.controller.Leave;
import io.ostraka.proto.controller.Move;
import io.ostraka.proto.controller.Unpin;
import io.ostraka.raft.testkit.sim.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who runs the cluster: founds it, and has groups join and leave and shards move, also in ways that make no sense. It
 * speaks to the controllers as the command line does, and asks again until it is told how a change ended.
 */
final class Operator {

    private final SystemWorld world;
    private final Dice dice;
    private final Administration administration;
    private final SortedMap<Long, List<String>> machinesOf = new TreeMap<>();
    private final SortedSet<Long> joined = new TreeSet<>();
    private int lastMoved;
    private long changes;
    private boolean busy;
    private boolean stopped;
    private @Nullable Runnable whenIdle;

    Operator(SystemWorld world) {
        this.world = world;
        this.dice = world.dice("operator");
        this.administration = new Administration(
                world, dice, world.placeOfClient(world.swarm().clients()));
        for (List<Machine> group : world.groupMachines()) {
            machinesOf.put(
                    machinesOf.size() + 1L, group.stream().map(Machine::address).toList());
        }
    }

    /** How many changes were carried out. */
    long changes() {
        return changes;
    }

    /** Whether the cluster has been founded, and some group has joined. */
    boolean hasFounded() {
        return !joined.isEmpty();
    }

    boolean isBusy() {
        return busy;
    }

    /** Founds the cluster and has the first groups join; then goes on with changes, if the run has any. */
    void begin() {
        busy = true;
        administration.found(this::joinAll);
    }

    /** Some groups join at once, the rest later if there are changes. */
    private void joinAll() {
        Join.Builder join = Join.newBuilder();
        int first = world.swarm().changeNanos() == 0 ? machinesOf.size() : dice.between(1, machinesOf.size());
        machinesOf.headMap(first + 1L).forEach((gid, addresses) -> {
            join.addGroups(JoinGroup.newBuilder().setGid(gid).addAllAddresses(addresses));
        });
        untilTaken(ChangeRequest.newBuilder().setJoin(join), reply -> {
            joined.addAll(machinesOf.headMap(first + 1L).keySet());
            idle();
        });
    }

    private void idle() {
        busy = false;
        Runnable then = whenIdle;
        if (then != null) {
            whenIdle = null;
            then.run();
            return;
        }
        if (!stopped && world.swarm().changeNanos() > 0) {
            administration.after(dice.nextNanos(world.swarm().changeNanos()), this::change);
        }
    }

    /** From now on changes nothing. */
    void stop() {
        stopped = true;
    }

    private void change() {
        if (stopped || busy) {
            return;
        }
        ChangeRequest.Builder request = ChangeRequest.newBuilder();
        long gid = dice.between(1, machinesOf.size());
        switch (dice.between(0, 9)) {
            case 0, 1, 2 ->
                request.setJoin(Join.newBuilder()
                        .addGroups(JoinGroup.newBuilder()
                                .setGid(gid)
                                .addAllAddresses(machinesOf.getOrDefault(gid, List.of()))));
            case 3, 4 -> request.setLeave(Leave.newBuilder().addGids(gid));
            case 5, 6, 7 ->
                request.setMove(Move.newBuilder().setShard(shardToMove()).setGid(gid));
            case 8 ->
                request.setUnpin(Unpin.newBuilder()
                        .addShards(dice.random().nextInt(world.swarm().shards())));
            default -> nonsense(request);
        }
        busy = true;
        untilTaken(request, reply -> idle());
    }

    /** Often the one that was moved last: plans that change while they are carried out are where the trouble is. */
    private int shardToMove() {
        if (dice.chance(0.5)) {
            lastMoved = dice.random().nextInt(world.swarm().shards());
        }
        return lastMoved;
    }

    private void nonsense(ChangeRequest.Builder request) {
        switch (dice.between(0, 5)) {
            case 0 -> request.setJoin(Join.getDefaultInstance());
            case 1 ->
                request.setJoin(Join.newBuilder()
                        .addGroups(JoinGroup.newBuilder().setGid(0).addAddresses("m0:7000")));
            case 2 -> request.setMove(Move.newBuilder().setShard(0).setGid(77));
            case 3 ->
                request.setMove(
                        Move.newBuilder().setShard(world.swarm().shards()).setGid(1));
            case 4 -> request.setLeave(Leave.newBuilder().addGids(1).addGids(1).addGids(99));
            default ->
                request.setJoin(Join.newBuilder()
                        .addGroups(JoinGroup.newBuilder().setGid(9).addAddresses("nobody:1")));
        }
    }

    /** Has all groups that can serve be there, so that every shard has an owner in the end. */
    void finish(Runnable done) {
        Runnable join = () -> {
            busy = true;
            Join.Builder all = Join.newBuilder();
            machinesOf.forEach((gid, addresses) ->
                    all.addGroups(JoinGroup.newBuilder().setGid(gid).addAllAddresses(addresses)));
            List<Long> missing = new ArrayList<>(machinesOf.keySet());
            joinOneByOne(missing, done);
        };
        if (busy) {
            whenIdle = join;
        } else {
            join.run();
        }
    }

    private void joinOneByOne(List<Long> gids, Runnable done) {
        if (gids.isEmpty()) {
            busy = false;
            done.run();
            return;
        }
        long gid = gids.getFirst();
        Join join = Join.newBuilder()
                .addGroups(JoinGroup.newBuilder().setGid(gid).addAllAddresses(machinesOf.getOrDefault(gid, List.of())))
                .build();
        untilTaken(ChangeRequest.newBuilder().setJoin(join), reply -> joinOneByOne(gids.subList(1, gids.size()), done));
    }

    private void untilTaken(ChangeRequest.Builder change, Consumer<ChangeReply> done) {
        boolean repeat = dice.chance(0.1);
        administration.change(change, repeat, reply -> {
            if (reply.getChanged()) {
                changes++;
            } else if (isNeeded(change.build()) && reply.getMessage().contains("no node has registered")) {
                administration.later(() -> untilTaken(change, done));
                return;
            }
            done.accept(reply);
        });
    }

    private boolean isNeeded(ChangeRequest change) {
        return change.hasJoin()
                && change.getJoin().getGroupsList().stream().allMatch(group -> machinesOf.containsKey(group.getGid()))
                && (joined.isEmpty() || stopped);
    }
}
