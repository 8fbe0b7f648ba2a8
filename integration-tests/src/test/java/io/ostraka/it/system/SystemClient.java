package io.ostraka.it.system;

import io.ostraka.client.Bytes;
import io.ostraka.client.CancelledRequestException;
import io.ostraka.client.OstrakaClient;
import io.ostraka.client.Outcome;
import io.ostraka.client.OutcomeUnknownException;
import io.ostraka.client.RequestId;
import io.ostraka.client.UnavailableException;
import io.ostraka.client.internal.ClientOptions;
import io.ostraka.client.internal.RealOstrakaClient;
import io.ostraka.it.history.KvCalls;
import io.ostraka.raft.testkit.history.HistoryRecorder;
import io.ostraka.raft.testkit.history.KvOperation;
import io.ostraka.raft.testkit.history.KvResult;
import io.ostraka.raft.testkit.sim.Dice;
import io.ostraka.shardkv.command.SessionId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A client: production's library, used as a program would, one or a few calls at a time. Every call is recorded. */
final class SystemClient {

    private static final long TIMEOUT_MILLIS = 10_000;

    private final SystemWorld world;
    private final Workload workload;
    private final Dice dice;
    private final String name;
    private final Life life;
    private final OstrakaClient client;
    private final Map<String, Long> revisions = new HashMap<>();
    private int waiting;
    private int writes;
    private @Nullable KvOperation latest;

    SystemClient(SystemWorld world, Workload workload, int number) {
        this.world = world;
        this.workload = workload;
        this.dice = world.dice("client " + number);
        this.name = "c" + number;
        this.life = new Life(world.queue(), end -> {}, () -> {});
        SimulatedThreads threads = new SimulatedThreads(life, dice, 0, 1);
        this.client = RealOstrakaClient.start(
                ClientOptions.DEFAULT
                        .withControllers(world.controllerAddresses())
                        .withTimeoutMillis(dice.oneOf(200L, 1_000L, 3_000L, TIMEOUT_MILLIS))
                        .withClock(new ClientClock(world.queue())),
                new ClientWires(world.wires(), world.placeOfClient(number), life, threads),
                new SplittableRandom(dice.random().nextLong()));
    }

    boolean isWaiting() {
        return waiting > 0;
    }

    String describe() {
        return name + " waits for " + waiting + " calls, the latest: " + latest;
    }

    void begin() {
        life.post(dice.nextNanos(world.swarm().thinkNanos()), this::next);
    }

    private void next() {
        if (workload.isStopped()) {
            return;
        }
        call(operation());
        if (dice.chance(0.2)) {
            call(operation());
        }
    }

    private void call(KvOperation operation) {
        waiting++;
        latest = operation;
        HistoryRecorder<KvOperation, KvResult>.Open call = workload.recorder().called(name, operation);
        CompletableFuture<KvResult> _ = perform(operation).whenComplete((result, failure) -> {
            if (result != null) {
                workload.answered();
                call.returned(result);
                done();
            } else {
                failed(call, failure instanceof CompletionException ? failure.getCause() : failure);
            }
        });
    }

    private void done() {
        world.trace().note("done", waiting, writes);
        if (--waiting == 0) {
            begin();
        }
    }

    private void failed(HistoryRecorder<KvOperation, KvResult>.Open call, @Nullable Throwable failure) {
        switch (failure) {
            case UnavailableException _, CancelledRequestException _ -> {
                call.notApplied();
                done();
            }
            case OutcomeUnknownException unknown -> {
                RequestId request = unknown.request().orElseThrow();
                workload.named(
                        call.id(),
                        new WritesOracle.Name(
                                new SessionId(request.sessionHigh(), request.sessionLow()),
                                request.shard(),
                                request.number()));
                if (dice.chance(0.5)) {
                    ask(call, request);
                } else {
                    call.unknown();
                    done();
                }
            }
            // What is thrown here, the future that ended would keep for itself.
            case null, default ->
                world.queue().after(0, () -> {
                    throw new SystemViolation(name + ": a call failed in an unexpected way: " + failure, failure);
                });
        }
    }

    private void ask(HistoryRecorder<KvOperation, KvResult>.Open call, RequestId request) {
        CompletableFuture<Outcome> _ = client.askOutcomeAsync(request).whenComplete((outcome, failure) -> {
            switch (outcome) {
                case Outcome.Applied(long revision) -> call.returned(new KvResult.Applied(revision));
                case Outcome.ConditionFailed(long found) -> call.returned(new KvResult.ConditionFailed(found));
                case Outcome.NotApplied _ -> call.notApplied();
                case Outcome.NoLongerKnown _ -> call.unknown();
                case null -> call.unknown();
            }
            done();
        });
    }

    private CompletableFuture<KvResult> perform(KvOperation operation) {
        return operation instanceof KvOperation.Get(String key) ? get(key) : KvCalls.perform(client, operation);
    }

    private CompletableFuture<KvResult> get(String key) {
        Bytes bytes = Bytes.utf8(key);
        var read = dice.chance(0.3) ? client.getFromAnyReplicaAsync(bytes, Duration.ZERO) : client.getAsync(bytes);
        return read.thenApply(found -> {
            found.ifPresent(value -> revisions.put(key, value.revision()));
            return KvCalls.result(found);
        });
    }

    private KvOperation operation() {
        List<String> keys = workload.keys();
        int index = dice.random().nextInt(keys.size());
        String key = keys.get(index);
        String value = name + "." + ++writes + " ";
        boolean paired = index % 3 == 2;
        return switch (dice.random().nextInt(12)) {
            case 0, 1 -> new KvOperation.Put(key, value);
            case 2, 3, 4 -> new KvOperation.Append(key, value);
            case 5 -> new KvOperation.Delete(key);
            case 6 -> new KvOperation.CompareAndSet(key, revisions.getOrDefault(key, 0L), value);
            case 7 ->
                paired
                        ? new KvOperation.Batch(List.of(
                                new KvOperation.Append(keys.get(index - 1), value), new KvOperation.Put(key, value)))
                        : new KvOperation.Append(key, value);
            default -> new KvOperation.Get(key);
        };
    }
}
