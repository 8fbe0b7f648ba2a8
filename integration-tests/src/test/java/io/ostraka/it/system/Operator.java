package io.ostraka.it.system;

import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Feature;
import io.ostraka.proto.Id128;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.ControllerMember;
import io.ostraka.proto.controller.FormatReply;
import io.ostraka.proto.controller.FormatRequest;
import io.ostraka.proto.controller.InitialiseReply;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.proto.controller.Join;
import io.ostraka.proto.controller.JoinGroup;
import io.ostraka.proto.controller.Leave;
import io.ostraka.proto.controller.Move;
import io.ostraka.proto.controller.Unpin;
import io.ostraka.raft.testkit.sim.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

    private static final long RETRY_NANOS = 200_000_000;
    private static final long PATIENCE_MILLIS = 2_000;

    private final SystemWorld world;
    private final Dice dice;
    private final Life life;
    private final LifeConnector connector;
    private final SortedMap<Integer, FormatReply> formatted = new TreeMap<>();
    private final SortedSet<Integer> founded = new TreeSet<>();
    private final SortedMap<Long, List<String>> machinesOf = new TreeMap<>();
    private final SortedSet<Long> joined = new TreeSet<>();
    private int asked;
    private int lastMoved;
    private long changes;
    private boolean busy;
    private boolean stopped;
    private @Nullable Runnable whenIdle;

    Operator(SystemWorld world) {
        this.world = world;
        this.dice = world.dice("operator");
        this.life = new Life(world.queue(), end -> {}, () -> {});
        SimulatedThreads threads = new SimulatedThreads(life, dice, 0, 1);
        this.connector = new LifeConnector(
                world.wires(),
                new WireChannel.Owner(world.placeOfClient(world.swarm().clients()), life, threads.thread()));
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
        world.controllers().forEach(this::format);
    }

    private ControllerGrpc.ControllerStub at(String address) {
        return ControllerGrpc.newStub(connector.open(address)).withDeadline(connector.deadlineAfter(PATIENCE_MILLIS));
    }

    private void format(Machine controller) {
        at(controller.address())
                .format(
                        FormatRequest.getDefaultInstance(),
                        once(
                                reply -> {
                                    formatted.put(controller.index(), reply);
                                    if (formatted.size() == world.controllers().size()) {
                                        InitialiseRequest request = founding();
                                        world.controllers().forEach(each -> initialise(each, request));
                                    }
                                },
                                () -> later(() -> format(controller))));
    }

    private InitialiseRequest founding() {
        InitialiseRequest.Builder request = InitialiseRequest.newBuilder()
                .setClusterId(1 + (dice.random().nextLong() >>> 2))
                .setShards(world.swarm().shards())
                .setFeatureLevel(Feature.NEWEST_LEVEL);
        for (Machine controller : world.controllers()) {
            FormatReply ids = Objects.requireNonNull(formatted.get(controller.index()), "formatted before");
            request.addMembers(ControllerMember.newBuilder()
                    .setReplicaId(ids.getReplicaId())
                    .setNodeId(ids.getNodeId())
                    .setAddress(controller.address()));
        }
        return request.build();
    }

    private void initialise(Machine controller, InitialiseRequest request) {
        Consumer<InitialiseReply> taken = reply -> {
            if (reply.getCode() == StatusCode.INTERNAL) {
                // Its disk failed it.
                later(() -> initialise(controller, request));
                return;
            }
            if (reply.getCode() != StatusCode.OK) {
                throw new SystemViolation("m" + controller.index() + " is not founded: " + reply);
            }
            founded.add(controller.index());
            if (founded.size() == world.controllers().size()) {
                joinAll();
            }
        };
        at(controller.address()).initialise(request, once(taken, () -> later(() -> initialise(controller, request))));
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
            life.post(dice.nextNanos(world.swarm().changeNanos()), this::change);
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
        change.setRequestId(Id128.newBuilder()
                .setHigh(dice.random().nextLong())
                .setLow(dice.random().nextLong()));
        ChangeRequest request = change.build();
        world.trace().say(() -> "operator: " + oneLine(request));
        ask(request, "", reply -> {
            if (dice.chance(0.1)) {
                // Asked again, it is answered as before, and nothing is done.
                ask(request, "", again -> done.accept(reply));
            } else {
                done.accept(reply);
            }
        });
    }

    private void ask(ChangeRequest change, String hint, Consumer<ChangeReply> done) {
        List<String> controllers = world.controllerAddresses();
        String address = hint.isEmpty() ? controllers.get(asked++ % controllers.size()) : hint;
        at(address)
                .change(
                        change,
                        once(
                                reply -> {
                                    switch (reply.getCode()) {
                                        case NOT_LEADER,
                                                NOT_READY,
                                                UNKNOWN_OUTCOME,
                                                OVERLOADED,
                                                RETRY_AFTER,
                                                INTERNAL ->
                                            later(() -> ask(change, hint.isEmpty() ? reply.getLeaderHint() : "", done));
                                        default -> {
                                            world.trace().say(() -> "operator is told " + oneLine(reply));
                                            world.trace().note("change", reply.getNum(), reply.getRevision());
                                            if (reply.getChanged()) {
                                                changes++;
                                            } else if (isNeeded(change)
                                                    && reply.getMessage().contains("no node has registered")) {
                                                later(() -> ask(
                                                        change.toBuilder()
                                                                .setRequestId(Id128.newBuilder()
                                                                        .setHigh(dice.random()
                                                                                .nextLong())
                                                                        .setLow(dice.random()
                                                                                .nextLong()))
                                                                .build(),
                                                        "",
                                                        done));
                                                return;
                                            }
                                            done.accept(reply);
                                        }
                                    }
                                },
                                () -> later(() -> ask(change, "", done))));
    }

    private boolean isNeeded(ChangeRequest change) {
        return change.hasJoin()
                && change.getJoin().getGroupsList().stream().allMatch(group -> machinesOf.containsKey(group.getGid()))
                && (joined.isEmpty() || stopped);
    }

    private static String oneLine(Message message) {
        return message.toString().replaceAll("\\s+", " ");
    }

    private void later(Runnable work) {
        life.post(RETRY_NANOS, work);
    }

    private static <A> StreamObserver<A> once(Consumer<A> answered, Runnable failed) {
        return new StreamObserver<>() {
            private @Nullable A answer;

            @Override
            public void onNext(A value) {
                answer = value;
            }

            @Override
            public void onError(Throwable failure) {
                failed.run();
            }

            @Override
            public void onCompleted() {
                A value = answer;
                if (value == null) {
                    failed.run();
                } else {
                    answered.accept(value);
                }
            }
        };
    }
}
