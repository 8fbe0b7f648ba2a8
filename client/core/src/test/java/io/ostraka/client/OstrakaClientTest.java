package io.ostraka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostraka.client.fake.FakeCluster;
import io.ostraka.client.fake.HeldClock;
import io.ostraka.client.internal.ClientOptions;
import io.ostraka.client.internal.Endings;
import io.ostraka.client.internal.RealOstrakaClient;
import io.ostraka.proto.Limits;
import io.ostraka.proto.StatusCode;
import io.ostraka.proto.kv.KvRequest;
import io.ostraka.proto.kv.KvRequestFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole client against a scripted server, over real sockets. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class OstrakaClientTest {

    /** How long a call may take that is answered: it matters only if the client fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final FakeCluster cluster = FakeCluster.start();
    private final HeldClock clock = new HeldClock();
    private final OstrakaClient client = OstrakaClient.builder()
            .controllers(cluster.address())
            .timeout(PATIENCE)
            .build();

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void writesAndReadsBack() {
        assertThat(client.get("k")).isEmpty();
        Written put = client.put("k", "one");
        client.append(Bytes.utf8("k"), Bytes.utf8(" two"));

        VersionedValue value = client.get("k").orElseThrow();

        assertThat(value.toUtf8()).isEqualTo("one two");
        assertThat(value.revision()).isGreaterThan(put.revision());
        assertThat(client.delete(Bytes.utf8("k")).existed()).isTrue();
        assertThat(client.delete(Bytes.utf8("k")).existed()).isFalse();
        assertThat(client.get("k")).isEmpty();
    }

    /** Regressions for eRaft's D13 and D15: "" stood for both missing and empty, and bytes had to be UTF-8. */
    @Test
    void emptyValueIsNotAMissingOneAndBytesNeedNotBeText() {
        Bytes key = Bytes.wrap(new byte[] {(byte) 0xff, 0, (byte) 0xfe});
        client.put(key, Bytes.EMPTY);

        assertThat(client.get(key)).get().extracting(VersionedValue::value).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void compareAndSetSaysWhatItFound() {
        Bytes key = Bytes.utf8("lock");
        Swapped first = client.compareAndSet(key, 0, Bytes.utf8("me"));
        Swapped second = client.compareAndSet(key, 0, Bytes.utf8("you"));

        assertThat(first.applied()).isTrue();
        assertThat(second).isEqualTo(new Swapped(false, first.revision()));
    }

    @Test
    void batchOfOneTagIsOneRequestAndOfSeveralShardsIsRefused() {
        client.batch(List.of(Write.put("{u}:a", "1"), Write.put("{u}:b", "2")));
        assertThat(client.get("{u}:b")).get().extracting(VersionedValue::toUtf8).isEqualTo("2");

        assertThatThrownBy(() -> client.batch(List.of(Write.put("a", "1"), Write.put("b", "2"), Write.put("c", "3"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("hash tag");
    }

    @Test
    void oneClientServesManyThreadsAndBatchesWhatWaits() throws Exception {
        List<CompletableFuture<Written>> puts = Collections.synchronizedList(new ArrayList<>());
        client.put("warm", "up");
        int framesBefore = cluster.frames.size();
        CountDownLatch submitted = new CountDownLatch(1);
        CompletableFuture<Void> holding = holdClient(submitted);

        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 4; caller++) {
            String prefix = "k" + caller + "-";
            callers.add(new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    puts.add(client.putAsync(Bytes.utf8(prefix + i), Bytes.utf8("v" + i)));
                }
            }));
        }
        callers.forEach(Thread::start);
        for (Thread caller : callers) {
            caller.join();
        }
        submitted.countDown();
        holding.join();
        puts.forEach(CompletableFuture::join);

        assertThat(puts).hasSize(800);
        List<KvRequestFrame> frames = cluster.frames.subList(framesBefore, cluster.frames.size());
        assertThat(frames.stream().mapToInt(KvRequestFrame::getRequestsCount).max())
                .hasValue(128);
        assertThat(frames).hasSizeLessThan(20);
        assertThat(client.get("k3-199"))
                .get()
                .extracting(VersionedValue::toUtf8)
                .isEqualTo("v199");
    }

    /** Keeps the client's thread busy until then: what is called meanwhile waits for it. */
    private CompletableFuture<Void> holdClient(CountDownLatch until) {
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Void> holding = getThen(() -> {
            held.countDown();
            await(until);
            return null;
        });
        await(held);
        return holding;
    }

    /** Chains this to a get. The cluster answers only when that is done, so it runs on the client's thread. */
    private <T> CompletableFuture<T> getThen(Supplier<T> next) {
        CountDownLatch chained = new CountDownLatch(1);
        cluster.onRequest(request -> {
            await(chained);
            return cluster.storeAnswer(request);
        });
        CompletableFuture<T> then = client.getAsync(Bytes.utf8("k")).thenApply(value -> next.get());
        chained.countDown();
        return then;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void callsInFlightAreBoundedAndFurtherOnesWaitForRoom() {
        cluster.fallSilent();
        try (OstrakaClient narrow = OstrakaClient.builder()
                .controllers(cluster.address())
                .timeout(Duration.ofMillis(400))
                .maxInFlight(4)
                .build()) {
            List<CompletableFuture<?>> gets = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                gets.add(narrow.getAsync(Bytes.utf8("k")));
            }

            CompletableFuture<?> fifth = narrow.getAsync(Bytes.utf8("k"));

            assertThat(gets.stream().anyMatch(CompletableFuture::isDone) || fifth.isCompletedExceptionally())
                    .isTrue();
        }
    }

    @Test
    void unreachableClusterFailsWithinTheTimeoutAndSaysWhatWasTried() {
        try (OstrakaClient nobody = OstrakaClient.builder()
                .controllers("127.0.0.1:1,127.0.0.1:2")
                .timeout(Duration.ofMillis(700))
                .build()) {
            assertThatThrownBy(() -> nobody.put("k", "v"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("127.0.0.1:1")
                    .hasMessageContaining("127.0.0.1:2")
                    .hasMessageContaining("had no answer within");
        }
    }

    @Test
    void writeThatIsNeverAnsweredIsUnknownAndNamesItsRequest() throws Exception {
        OstrakaClient patient = onHeldClock();
        patient.put("k", "v");
        CompletableFuture<KvRequest> arrived = arrivalOfSilence();
        CompletableFuture<Written> put = patient.putAsync(Bytes.utf8("k"), Bytes.utf8("w"));
        long number = arrived.get(1, TimeUnit.MINUTES).getWrite().getNumber();

        clock.pass(PATIENCE);
        patient.close();

        assertThatThrownBy(() -> Endings.await(put)).isInstanceOfSatisfying(OutcomeUnknownException.class, unknown -> {
            RequestId request = unknown.request().orElseThrow();
            assertThat(request.number()).isEqualTo(number);
            assertThat(unknown).hasMessageContaining(request.toString());
            assertThat(RequestId.parse(request.toString())).isEqualTo(request);
        });
    }

    /** A write is refused wherever it arrives as long as it carries no time, so it cannot have run. */
    @Test
    void writeThatNeverLearntTheTimeIsNotApplied() throws Exception {
        CompletableFuture<KvRequest> arrived = arrivalOfSilence();
        OstrakaClient patient = onHeldClock();
        CompletableFuture<Written> put = patient.putAsync(Bytes.utf8("k"), Bytes.utf8("w"));
        assertThat(arrived.get(1, TimeUnit.MINUTES).getWrite().getT0Millis()).isZero();

        clock.pass(PATIENCE);
        patient.close();

        assertThatThrownBy(() -> Endings.await(put)).isInstanceOf(UnavailableException.class);
    }

    @Test
    void questionForAWriteNamesItAndSaysWhatBecameOfIt() {
        RequestId request = new RequestId(1, 2, 5, 77, 4_000);

        assertThat(client.askOutcome(request)).isEqualTo(new Outcome.NotApplied());

        KvRequestFrame frame = cluster.frames.get(cluster.frames.size() - 1);
        KvRequest asked = frame.getRequests(0);
        assertThat(frame.getSession().getHigh()).isEqualTo(1);
        assertThat(frame.getSession().getLow()).isEqualTo(2);
        assertThat(asked.getShard()).isEqualTo(5);
        assertThat(asked.getWrite().getNumber()).isEqualTo(77);
        assertThat(asked.getWrite().getT0Millis()).isEqualTo(4_000);
    }

    @Test
    void streamGreetsWithClusterAndVersion() {
        client.get("k");

        assertThat(cluster.frames.get(0).getHello().getClusterId()).isEqualTo(FakeCluster.CLUSTER_ID);
        assertThat(cluster.frames.get(0).getHello().getProtocolVersion()).isEqualTo(1);
    }

    @Test
    void nodeOfAnotherClusterIsReportedAsSuch() {
        cluster.refuseStreams(StatusCode.WRONG_CLUSTER);

        assertThatThrownBy(() -> client.put("k", "v"))
                .isInstanceOf(IncompatibleClusterException.class)
                .hasMessageContaining("another cluster");
    }

    @Test
    void brokenStreamIsReplacedAndTheCallSentAgain() {
        client.put("k", "v");
        AtomicInteger calls = new AtomicInteger();
        cluster.onRequest(request -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("the node fails");
            }
            return cluster.storeAnswer(request);
        });

        assertThat(client.get("k")).isPresent();
        assertThat(calls).hasValue(2);
    }

    @Test
    void blockingCallInACompletionIsRefusedInsteadOfHanging() {
        CompletableFuture<Object> chained = getThen(() -> client.get("somebody else"));

        assertThatThrownBy(chained::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasStackTraceContaining("thenApplyAsync");
    }

    @Test
    void closeWaitsForCallsInFlightAndRefusesLaterOnes() {
        List<CompletableFuture<Written>> puts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            puts.add(client.putAsync(Bytes.utf8("k" + i), Bytes.EMPTY));
        }

        client.close();

        assertThat(puts).allMatch(put -> put.isDone() && !put.isCompletedExceptionally());
        assertThatThrownBy(() -> client.get("k")).isInstanceOf(ClientClosedException.class);
    }

    @Test
    void addressesAreMapped() {
        try (OstrakaClient mapped = OstrakaClient.builder()
                .controllers("controller.inside:7100")
                .addressMapping(address -> cluster.address())
                .build()) {
            mapped.put("k", "v");
            assertThat(mapped.get("k")).isPresent();
        }
    }

    @Test
    void valueOverEveryLimitIsRefusedHere() {
        assertThatThrownBy(() -> client.put(Bytes.utf8("k"), Bytes.wrap(new byte[Limits.VALUE_BYTES_MAX_CEILING + 1])))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("8388609");
    }

    @Test
    void malformedControllersAreRefusedWhenTheClientIsBuilt() {
        assertThatThrownBy(() -> OstrakaClient.builder().controllers("nowhere"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host:port");
        assertThatThrownBy(() -> OstrakaClient.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no controller");
    }

    private OstrakaClient onHeldClock() {
        return RealOstrakaClient.start(ClientOptions.DEFAULT
                .withControllers(List.of(cluster.address()))
                .withTimeoutMillis(PATIENCE.toMillis())
                .withClock(clock));
    }

    /** From now on nothing is answered; the result is the first request that arrives. */
    private CompletableFuture<KvRequest> arrivalOfSilence() {
        CompletableFuture<KvRequest> arrived = new CompletableFuture<>();
        cluster.onRequest(request -> {
            arrived.complete(request);
            return null;
        });
        return arrived;
    }
}
