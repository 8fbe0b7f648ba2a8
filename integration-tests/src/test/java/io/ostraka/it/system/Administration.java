package io.ostraka.it.system;

import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import io.ostraka.proto.Feature;
import io.ostraka.proto.Id128;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.config.ClusterConfig;
import io.ostraka.proto.config.ConfigWire;
import io.ostraka.proto.controller.ChangeReply;
import io.ostraka.proto.controller.ChangeRequest;
import io.ostraka.proto.controller.ControllerGrpc;
import io.ostraka.proto.controller.ControllerMember;
import io.ostraka.proto.controller.FormatReply;
import io.ostraka.proto.controller.FormatRequest;
import io.ostraka.proto.controller.InitialiseReply;
import io.ostraka.proto.controller.InitialiseRequest;
import io.ostraka.proto.controller.QueryReply;
import io.ostraka.proto.controller.QueryRequest;
import io.ostraka.raft.testkit.sim.Dice;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to the controllers of a run as the command line does: founds the cluster, makes changes and asks for the
 * configuration, again and again until it is told how each ended.
 */
final class Administration {

    private static final long RETRY_NANOS = 200_000_000;
    private static final long PATIENCE_MILLIS = 2_000;
    private static final long LONG_PATIENCE_MILLIS = 10_000;

    private final SystemWorld world;
    private final Dice dice;
    private final Life life;
    private final LifeConnector connector;
    private final SortedMap<Integer, FormatReply> formatted = new TreeMap<>();
    private final SortedSet<Integer> founded = new TreeSet<>();
    private int asked;

    /**
     * @param dice what names requests
     * @param place from where it speaks
     */
    Administration(SystemWorld world, Dice dice, int place) {
        this.world = world;
        this.dice = dice;
        this.life = new Life(world.queue(), end -> {}, () -> {});
        SimulatedThreads threads = new SimulatedThreads(life, dice, 0, 1);
        this.connector = new LifeConnector(world.wires(), new WireChannel.Owner(place, life, threads.thread()));
    }

    private ControllerGrpc.ControllerStub at(String address) {
        return at(address, PATIENCE_MILLIS);
    }

    private ControllerGrpc.ControllerStub at(String address, long millis) {
        return ControllerGrpc.newStub(connector.open(address)).withDeadline(connector.deadlineAfter(millis));
    }

    // ---- founding

    /** Founds a cluster of all controllers. */
    void found(Runnable done) {
        world.controllers().forEach(controller -> format(controller, done));
    }

    private void format(Machine controller, Runnable done) {
        at(controller.address())
                .format(
                        FormatRequest.getDefaultInstance(),
                        once(
                                reply -> {
                                    formatted.put(controller.index(), reply);
                                    if (formatted.size() == world.controllers().size()) {
                                        InitialiseRequest request = founding();
                                        world.controllers().forEach(each -> initialise(each, request, done));
                                    }
                                },
                                () -> later(() -> format(controller, done))));
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

    private void initialise(Machine controller, InitialiseRequest request, Runnable done) {
        Consumer<InitialiseReply> taken = reply -> {
            if (reply.getCode() == StatusCode.INTERNAL) {
                // Its disk failed it.
                later(() -> initialise(controller, request, done));
                return;
            }
            if (reply.getCode() != StatusCode.OK) {
                throw new SystemViolation("m" + controller.index() + " is not founded: " + reply);
            }
            founded.add(controller.index());
            if (founded.size() == world.controllers().size()) {
                done.run();
            }
        };
        at(controller.address())
                .initialise(request, once(taken, () -> later(() -> initialise(controller, request, done))));
    }

    // ---- changes and questions

    /** Has the controllers decide on a change, which gets a name of its own; {@code done} is told what they decided. */
    void change(ChangeRequest.Builder change, Consumer<ChangeReply> done) {
        change(change, false, done);
    }

    /** The same; if {@code repeat}, it is asked for a second time by the same name, which must change nothing. */
    void change(ChangeRequest.Builder change, boolean repeat, Consumer<ChangeReply> done) {
        ChangeRequest request = change.setRequestId(newName()).build();
        world.trace().say(() -> "operator: " + oneLine(request));
        ask(request, "", reply -> {
            if (repeat) {
                ask(request, "", _ -> done.accept(reply));
            } else {
                done.accept(reply);
            }
        });
    }

    private Id128 newName() {
        return Id128.newBuilder()
                .setHigh(dice.random().nextLong())
                .setLow(dice.random().nextLong())
                .build();
    }

    /** Asks one controller, once, for a change; {@code done} is told what it answers, or nothing if it does not. */
    void changeAt(String address, ChangeRequest.Builder change, Consumer<Optional<ChangeReply>> done) {
        at(address, LONG_PATIENCE_MILLIS)
                .change(
                        change.setRequestId(newName()).build(),
                        once(reply -> done.accept(Optional.of(reply)), () -> done.accept(Optional.empty())));
    }

    private void ask(ChangeRequest change, String hint, Consumer<ChangeReply> done) {
        Consumer<ChangeReply> answered = reply -> {
            if (isToBeAskedAgain(reply.getCode())) {
                later(() -> ask(change, hint.isEmpty() ? reply.getLeaderHint() : "", done));
                return;
            }
            world.trace().say(() -> "operator is told " + oneLine(reply));
            world.trace().note("change", reply.getNum(), reply.getRevision());
            done.accept(reply);
        };
        at(next(hint)).change(change, once(answered, () -> later(() -> ask(change, "", done))));
    }

    /** Asks for a configuration, -1 for the latest. */
    void query(long num, Consumer<ClusterConfig> done) {
        query(QueryRequest.newBuilder().setNum(num).build(), "", done);
    }

    private void query(QueryRequest question, String hint, Consumer<ClusterConfig> done) {
        Consumer<QueryReply> answered = reply -> {
            if (isToBeAskedAgain(reply.getCode())) {
                later(() -> query(question, hint.isEmpty() ? reply.getLeaderHint() : "", done));
            } else if (reply.getCode() == StatusCode.OK) {
                done.accept(ConfigWire.fromWire(reply.getConfig()));
            } else {
                throw new SystemViolation("a question for configuration " + question.getNum() + " is answered "
                        + reply.getCode() + ": " + reply.getMessage());
            }
        };
        at(next(hint)).query(question, once(answered, () -> later(() -> query(question, "", done))));
    }

    private String next(String hint) {
        List<String> controllers = world.controllerAddresses();
        return hint.isEmpty() ? controllers.get(asked++ % controllers.size()) : hint;
    }

    private static boolean isToBeAskedAgain(StatusCode code) {
        return switch (code) {
            case NOT_LEADER, NOT_READY, UNKNOWN_OUTCOME, OVERLOADED, RETRY_AFTER, INTERNAL -> true;
            default -> false;
        };
    }

    /** Does something once the usual pause has passed. */
    void later(Runnable work) {
        life.post(RETRY_NANOS, work);
    }

    /** Does something after a while. */
    void after(long nanos, Runnable work) {
        life.post(nanos, work);
    }

    private static String oneLine(Message message) {
        return message.toString().replaceAll("\\s+", " ");
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
